"""Кальянная Дым, Москва: Russian texts, roubles, and every request is answered by a person."""

from __future__ import annotations

from demo.houses.blueprint import Block, House, Shift, Tables, Together, bands, hm

DESCRIPTION = """\
Кальянная в тихом дворе у Чистых прудов: низкие диваны, тёплый свет и двенадцать видов табака, \
которые мы смешиваем сами.

Мастер подберёт чашу под настроение: от лёгкого цитруса до плотной «Ночной Москвы» с кедром и \
чёрным чаем. На кухне делают хинкали, лепёшки из печи и щербет из облепихи. По пятницам играет трио.

Есть закрытые комнаты с приставкой и терраса под навесом. Гостям младше 18 лет вход, увы, закрыт."""

POLICY = """\
Мы подтверждаем каждую бронь лично, обычно в течение часа. Отменить или изменить её можно \
бесплатно за два часа. Держим стол 20 минут, потом отдаём тем, кто ждёт у входа."""

DYM = House(
    organisation="Дым и Ко",
    art="smoke-ember",
    cast="russia",
    profile={
        "name": "Кальянная Дым",
        "slug": "kalyannaya-dym",
        "kind": "hookah",
        "description": DESCRIPTION,
        "cuisine": "Кальяны, кавказская кухня",
        "price_range": 2,
        "address_line1": "Потаповский пер., 9, стр. 2",
        "city": "Москва",
        "postal_code": "101000",
        "country": "RU",
        "latitude": 55.76142,
        "longitude": 37.64187,
        "phone": "+74950000012",
        "email": "privet@dym.example.com",
        "website": "https://dym.example.com/",
        "features": ["hookah", "private_room", "terrace", "live_music", "wifi", "smoking"],
        "timezone": "Europe/Moscow",
        "currency": "RUB",
        "language": "ru",
        "languages": ["ru", "en"],
        "is_featured": True,
    },
    policy={
        "confirmation_mode": "approval",
        "max_party": 12,
        "min_notice_minutes": 60,
        "horizon_days": 45,
        "oversize_cap": 3,
        "buffer_minutes": 15,
        "grace_minutes": 20,
        "cancellation_policy": POLICY,
    },
    areas=(("Зал", False), ("Комнаты", False), ("Терраса", True)),
    tables=(
        Tables(
            numbers=("1", "2", "3", "4"),
            area="Зал",
            seats=2,
            names=("У камина", "У книжной полки", "", ""),
        ),
        Tables(numbers=("5", "6", "7", "8"), area="Зал", seats=4, min_party=2, squeeze=1),
        Tables(
            numbers=("9", "10"),
            area="Зал",
            seats=6,
            min_party=3,
            type="booth",
            names=("Большой диван", "Угловой диван"),
            features=("quiet",),
        ),
        Tables(
            numbers=("К1", "К2"),
            area="Комнаты",
            seats=6,
            min_party=3,
            squeeze=2,
            type="private",
            features=("private", "console"),
            names=("Комната «Кедр»", "Комната «Мята»"),
            notes="Приставка и проектор. Депозит обсуждаем по телефону.",
        ),
        Tables(
            numbers=("К3",),
            area="Комнаты",
            seats=10,
            min_party=6,
            squeeze=2,
            type="private",
            features=("private", "console"),
            access="in_house",
            names=("Комната «Янтарь»",),
        ),
        Tables(
            numbers=("Т1", "Т2", "Т3"),
            area="Терраса",
            seats=4,
            type="outdoor",
            features=("outdoor",),
        ),
    ),
    together=(
        Together(name="5 + 6", numbers=("5", "6"), min_party=6, max_party=9),
        Together(
            name="Терраса в ряд", numbers=("Т1", "Т2", "Т3"), min_party=5, max_party=12, is_row=True
        ),
    ),
    shifts=(
        Shift(
            name="День",
            first=hm(12),
            last=hm(17, 30),
            closes=hm(18),
            peak=hm(15),
            parties=8,
            interval=30,
            covers=None,
            turns=bands((4, 90), (None, 120)),
        ),
        Shift(
            name="Вечер",
            first=hm(18),
            last=hm(26),
            closes=hm(28),
            peak=hm(20, 30),
            parties=36,
            interval=30,
            covers=14,
        ),
    ),
    turns=bands((2, 120), (6, 150), (None, 180)),
    evening=hm(20),
    early=hm(14),
    history_days=2,
    is_lively=True,
    block=Block(
        number="4",
        starts=hm(17),
        ends=hm(23),
        reasons=("Чиним светильник", "Держим для музыкантов", "Сохнет обивка"),
    ),
)
