"""Which drawing a product gets: by its category, unless a word in its name knows better."""

from collections.abc import Callable
from random import Random
from typing import Final

from demo.pictures import (
    appliances,
    bakery,
    cookware,
    drinks,
    fruit,
    greens,
    household,
    meals,
    meat,
    pantry,
    roots,
    sea,
    tropics,
)

Draw = Callable[[Random], str]
Motif = tuple[Draw, tuple[tuple[str, Draw], ...]]

MOTIFS: Final[dict[str, Motif]] = {
    "사과": (fruit.apple, (("아오리", fruit.green_apple),)),
    "배": (fruit.pear, ()),
    "감귤": (fruit.mandarin, ()),
    "딸기": (fruit.strawberry, (("블루베리", fruit.blueberry),)),
    "포도": (fruit.grape, (("거봉", fruit.dark_grape), ("캠벨", fruit.dark_grape))),
    "복숭아": (fruit.peach, ()),
    "과일": (
        tropics.tropical,
        (
            ("수박", tropics.watermelon),
            ("바나나", tropics.banana),
            ("파인애플", tropics.pineapple),
            ("아보카도", tropics.avocado),
            ("참외", tropics.melon),
        ),
    ),
    "채소": (
        greens.greens,
        (
            ("배추", greens.cabbage),
            ("브로콜리", greens.broccoli),
            ("오이", greens.cucumber),
            ("애호박", greens.cucumber),
            ("파프리카", greens.paprika),
            ("콩나물", greens.sprouts),
            ("숙주", greens.sprouts),
            ("채소믹스", roots.carrot),
        ),
    ),
    "토마토": (greens.tomato, ()),
    "뿌리채소": (
        roots.sweet_potato,
        (
            ("감자", roots.potato),
            ("당근", roots.carrot),
            ("무 ", roots.radish),
            ("단호박", roots.pumpkin),
            ("우엉", roots.burdock),
            ("더덕", roots.burdock),
        ),
    ),
    "버섯": (roots.mushroom, ()),
    "양념채소": (
        roots.garlic,
        (
            ("양파", roots.onion),
            ("청양고추", roots.green_chilli),
            ("고춧가루", roots.chilli),
            ("대파", greens.scallion),
            ("생강", roots.potato),
        ),
    ),
    "쌀": (
        pantry.rice,
        (("잡곡", pantry.grains), ("현미", pantry.grains), ("귀리", pantry.grains)),
    ),
    "견과": (pantry.nuts, (("밤", pantry.chestnut),)),
    "소고기": (meat.steak, (("LA갈비", meat.ribs), ("차돌", meat.pork))),
    "돼지고기": (
        meat.pork,
        (("돈까스", meat.cutlet), ("갈비", meat.ribs), ("족발", meat.cutlet)),
    ),
    "닭고기": (meat.chicken, (("닭가슴살", meat.chicken_breast),)),
    "계란": (meat.eggs, ()),
    "생선": (sea.fish, (("연어", sea.salmon), ("갈치", sea.cutlassfish))),
    "새우": (sea.shrimp, ()),
    "해산물": (
        sea.shellfish,
        (
            ("오징어", sea.squid),
            ("문어", sea.squid),
            ("낙지", sea.squid),
            ("주꾸미", sea.squid),
            ("게", sea.crab),
        ),
    ),
    "김": (
        sea.seaweed,
        (
            ("멸치", sea.anchovy),
            ("황태", sea.anchovy),
            ("진미채", sea.anchovy),
        ),
    ),
    "두부": (meat.tofu, ()),
    "김치": (meals.kimchi, ()),
    "반찬": (meals.side_dishes, ()),
    "국탕": (
        meals.soup,
        (("육개장", meals.red_soup), ("부대", meals.red_soup), ("추어탕", meals.red_soup)),
    ),
    "만두": (meals.dumpling, ()),
    "면": (meals.noodle, ()),
    "떡": (meals.rice_cake, (("떡볶이", meals.tteokbokki),)),
    "빵": (
        bakery.roll,
        (("식빵", bakery.bread), ("깜빠뉴", bakery.bread), ("크루아상", bakery.croissant)),
    ),
    "과자": (
        bakery.sweets,
        (("케이크", bakery.cake), ("카스텔라", bakery.cake), ("그래놀라", pantry.nuts)),
    ),
    "유제품": (bakery.milk, (("치즈", bakery.cheese), ("버터", bakery.cheese))),
    "음료": (drinks.juice, (("탄산수", drinks.water), ("두유", bakery.milk))),
    "커피차": (
        drinks.coffee,
        (("녹차", drinks.tea), ("보리차", drinks.tea), ("생강차", pantry.honey)),
    ),
    "소스": (pantry.sauce, (("간장", pantry.bottle_sauce), ("파스타소스", pantry.bottle_sauce))),
    "기름": (pantry.oil, ()),
    "꿀": (pantry.honey, ()),
    "건강식품": (drinks.supplement, ()),
    "냄비": (cookware.pot, (("프라이팬", cookware.pan),)),
    "주방용품": (
        cookware.board,
        (
            ("식도", cookware.knives),
            ("보관용기", cookware.containers),
            ("조리도구", cookware.utensils),
            ("찜기", cookware.steamer),
        ),
    ),
    "가전": (
        appliances.appliance,
        (
            ("블렌더", appliances.blender),
            ("에어프라이어", appliances.fryer),
            ("밥솥", appliances.cooker),
            ("청소기", appliances.vacuum),
            ("제빵기", appliances.fryer),
        ),
    ),
    "생활용품": (
        household.paper,
        (
            ("세제", household.detergent),
            ("유연제", household.detergent),
            ("물걸레", household.cloths),
            ("행주", household.cloths),
            ("리빙박스", household.boxes),
        ),
    ),
    "침구": (household.blanket, (("베개", household.pillow),)),
    "뷰티": (household.cream, (("샴푸", household.pump),)),
}
