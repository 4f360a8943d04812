"""/artikels/: lists, articles, and what goes with them."""

from django.urls import path

from articles import feeds, views

app_name = "articles"

urlpatterns = [
    # Lists
    path("", views.article_list, name="list"),
    path("categorie/<slug:slug>/", views.category, name="category"),
    path("feed/", feeds.ArticleFeed(), name="feed"),
    # An article
    path("<slug:slug>/", views.article, name="detail"),
    path("<slug:slug>/deelbeeld.png", views.social_card, name="social_card"),
]
