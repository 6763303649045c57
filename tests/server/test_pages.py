"""The page's door: what a browser is given, and how a stranger to the address is told."""

import pytest

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/static/js/main.js", "text/javascript; charset=utf-8"),
        ("/static/vendor/centrifuge/index.mjs", "text/javascript; charset=utf-8"),
        ("/static/media/live/index.m3u8", "application/vnd.apple.mpegurl"),
    ],
)
async def test_the_pages_parts_are_served_as_what_they_are(client, path, kind):
    """A module of another type would not be run."""
    answer = await client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert "cache-control" in answer.headers


async def test_the_live_page_runs_no_script_but_its_own(client):
    """Its one inline script, the import map, is admitted by its hash."""
    policy = (await client.get("/")).headers["content-security-policy"]

    (scripts,) = [rule for rule in policy.split("; ") if rule.startswith("script-src")]
    assert "sha256-" in scripts
    assert "unsafe" not in scripts


@pytest.mark.parametrize("name", ["hs-1", "..%2Fservice.db", "hs-1.svg", "HS-1", "channel-"])
async def test_a_picture_that_is_not_there_is_not_found(client, name):
    """Nothing but pictures leaves the folder."""
    assert (await client.get(f"/api/media/{name}")).status_code == 404


async def test_a_picture_is_an_svg_that_may_be_kept(client, house):
    """Its address has no extension, because proxies guess from one."""
    folder = house.state["settings"].media_dir
    folder.mkdir(parents=True)
    (folder / "hs-1001.svg").write_text("<svg/>")

    answer = await client.get("/api/media/hs-1001")

    assert (answer.text, answer.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert "max-age" in answer.headers["cache-control"]


async def test_an_unknown_address_is_a_page_to_a_person_and_json_to_a_program(client):
    """Both with 404."""
    person = await client.get("/nowhere", headers=BROWSER)
    program = await client.get("/nowhere")

    assert (person.status_code, program.status_code) == (404, 404)
    assert person.headers["content-type"].startswith("text/html")
    assert program.json()["detail"] == "Not Found"


async def test_a_refused_refresh_takes_the_cookies_back(client):
    """A dead cookie would be sent, and refused, again and again."""
    answer = await client.post(
        "/api/auth/refresh",
        headers={"Origin": "http://shop.example", "Cookie": "uhok_refresh=gone"},
    )

    assert answer.status_code == 401
    taken = answer.headers.get_list("set-cookie")
    assert {each.partition("=")[0] for each in taken} == {"uhok_refresh", "uhok_live"}
    assert all("Max-Age=0" in each for each in taken)
