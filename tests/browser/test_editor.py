"""An editor writes, and a visitor reads."""


def test_an_editor_adds_a_symptom_cites_previews_publishes_and_a_visitor_reads(staff, visitor):
    page = staff()
    page.goto("/beheer/")
    page.get_by_role("link", name="Nieuw artikel schrijven").click()
    page.get_by_label("Titel", exact=False).first.fill("Adem en bekkenbodem")
    page.locator("#id_lead").fill("Hoe je adem je bekkenbodem helpt.")
    page.locator("#id_category").select_option(label="Bekkenbodem & Perinataal")
    assert page.locator("#id_slug").input_value() == "adem-en-bekkenbodem"

    add_block(page, "Symptoom")
    block = page.locator(".inline-related:visible").last
    block.get_by_label("Naam").fill("Te hoge adem")
    block.get_by_label("Wat het is").fill("Je ademt met je schouders.")
    editor = block.locator(".ProseMirror")
    editor.click()
    page.keyboard.type("Training helpt")
    page.locator(".citations summary").click()
    page.get_by_role("button", name="[@Dumoulin]").click()
    page.keyboard.type(".")
    assert editor.inner_text().strip() == "Training helpt [@Dumoulin]."
    page.locator(".citations summary").click()
    page.locator("[name=_continue]").click()
    page.get_by_text("is bewaard").or_(page.get_by_text("is toegevoegd")).wait_for()

    # A preview shows it, a visitor does not see it yet.
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Voorbeeld bekijken").click()
    preview = opened.value
    preview.get_by_role("heading", name="Te hoge adem").wait_for()
    assert preview.locator("a.citation").count() == 1
    preview.close()
    reader = visitor()
    assert reader.goto("/artikels/adem-en-bekkenbodem/").status == 404

    page.locator("#id_status").select_option("published")
    page.locator("[name=_save]").click()
    page.get_by_text("is bewaard").wait_for()
    assert reader.goto("/artikels/adem-en-bekkenbodem/").status == 200
    assert reader.get_by_role("heading", name="Te hoge adem").is_visible()
    assert reader.locator("#symptoom-1 a.citation").text_content() == "bron 1"
    assert "Dumoulin" in reader.locator("#bron-1").inner_text()


def add_block(page, kind):
    page.locator(".order-machine-insert-target.last").click()
    page.locator(".plugin-button").get_by_text(kind).click()


def test_a_wrong_citation_is_shown_at_its_block_and_nothing_is_lost(staff):
    page = staff()
    page.goto("/beheer/articles/article/1/change/")
    editor = page.locator(".ProseMirror", has_text="Je bekkenbodem draagt je organen")
    editor.locator("li").first.click()
    page.keyboard.press("End")
    page.keyboard.type(" [@Wallce]")
    page.locator("[name=_continue]").click()
    error = page.locator(".errorlist", has_text="Wallce")
    assert "Bedoel je [@Wallace]?" in error.inner_text()
    assert "[@Wallce]" in editor.inner_text()


def test_spaces_typed_in_the_editor_stay_ordinary_spaces(staff):
    page = staff()
    page.goto("/beheer/kinekracht/practitioner/add/")
    page.locator(".ProseMirror").first.click()
    page.keyboard.type("een twee  drie")
    html = page.locator("textarea[name=biography]").input_value()
    assert "een twee" in html
    assert "&nbsp;" not in html.replace("&nbsp; ", "").replace(" &nbsp;", "")
