"""placeholder"""

from aiogram import Router

router = Router(name="staff.commands")
