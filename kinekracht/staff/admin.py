"""What the admin shows of who may get in."""

from kinekracht.staff import rights_admin as rights_admin  # noqa: PLC0414  registers itself
