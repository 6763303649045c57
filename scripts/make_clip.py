"""Make the demo's broadcast clip, ``static/media/live``: a drawn studio that loops without a seam.

Run ``python -m scripts.make_clip`` where ffmpeg (with librsvg, as Debian builds it) is installed.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from scripts.studio import LAYERS, PRODUCTS, SCENE

OUT: Final = Path(__file__).parent.parent / "static" / "media" / "live"
SECONDS: Final = 24  # every motion's period divides it, so the last frame meets the first
FPS: Final = 25
FADE_SECONDS: Final = 0.7
BYTES_MAX: Final = 1_200_000
TURN: Final = SECONDS / len(PRODUCTS)


def main() -> int:
    """Draw the layers, move them, encode; fail if the clip is too heavy for the repository."""
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    with TemporaryDirectory() as folder:
        layers = _draw(Path(folder))
        subprocess.run(_command(layers), check=True)
    size = sum(file.stat().st_size for file in OUT.iterdir())
    print(f"{len(list(OUT.iterdir()))} files, {size} bytes in {OUT}")
    return 0 if size < BYTES_MAX else 1


def _draw(folder: Path) -> list[Path]:
    drawn = []
    for name, svg in (*LAYERS.items(), *PRODUCTS.items()):
        path = folder / f"{name}.svg"
        path.write_text(svg, encoding="utf-8")
        drawn.append(path)
    return drawn


def _command(layers: list[Path]) -> list[str]:
    still = ["-loop", "1", "-framerate", str(FPS), "-t", str(SECONDS)]
    hush = f"anoisesrc=color=brown:amplitude=0.05:seed=7:sample_rate=44100:duration={SECONDS}"
    return [
        *("ffmpeg", "-v", "error", "-y"),
        *(word for path in layers for word in (*still, "-i", str(path))),
        *("-f", "lavfi", "-i", hush),
        *("-filter_complex", _graph(), "-map", "[out]", "-map", "[air]"),
        *("-c:v", "libx264", "-profile:v", "baseline", "-level", "3.0", "-pix_fmt", "yuv420p"),
        *("-preset", "veryslow", "-crf", "25", "-maxrate", "330k", "-bufsize", "660k"),
        *("-g", str(FPS * 4), "-keyint_min", str(FPS * 4), "-sc_threshold", "0"),
        *("-c:a", "aac", "-b:a", "32k", "-ac", "1", "-t", str(SECONDS), "-bitexact"),
        *("-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod"),
        *("-hls_segment_filename", str(OUT / "part%d.ts"), str(OUT / "index.m3u8")),
    ]


def _graph() -> str:
    """Write the filter graph: each layer moves on its own, then one slow pan over all of them."""
    names = [*LAYERS, *PRODUCTS]
    steps, below = [f"[{names.index('wall')}]format=yuv420p[stage0]"], 0
    for name, x, y, when in _moves():
        # librsvg multiplies colours by their alpha; overlay and fade expect them plain.
        plain = "format=gbrap,unpremultiply=inplace=1,format=yuva420p"
        source = f"[{names.index(name)}]{plain}{_own_motion(name)}[{name}{below}]"
        laid = f"overlay=x='{x}':y='{y}':enable='{when}'"
        steps += [source, f"[stage{below}][{name}{below}]{laid}[stage{below + 1}]"]
        below += 1
    pan = f"crop=1280:720:x='40+34*sin(2*PI*t/{SECONDS})':y='22+16*cos(2*PI*t/{SECONDS / 2:g})'"
    steps.append(f"[stage{below}]{pan},scale=640:360:flags=lanczos,fps={FPS}[out]")
    steps.append(f"[{len(names)}]lowpass=f=420,tremolo=f=0.125:d=0.3,volume=0.35[air]")
    return ";".join(steps)


def _moves() -> list[tuple[str, str, str, str]]:
    """List what is laid over the wall, from back to front: layer, x, y, and when it shows."""
    nod, host, always = "4*sin(2*PI*t/3)", SCENE["host"], "1"
    moves = [
        ("lights", "30*sin(2*PI*t/12)", "14*sin(2*PI*t/8)", always),
        ("body", str(host[0]), str(host[1]), always),
        ("head", str(host[0]), f"{host[1]}+{nod}", always),
        ("mouth", str(host[0]), f"{host[1]}+{nod}", "lt(mod(t,0.48),0.22)*lt(mod(t,4),3.1)"),
        ("lids", str(host[0]), f"{host[1]}+{nod}", "lt(mod(t,3),0.14)"),
        ("counter", "0", "0", always),
    ]
    left, top = SCENE["product"]
    moves += [
        (name, str(left), f"{top}+6*sin(2*PI*t/4)", f"between(t,{n * TURN:g},{(n + 1) * TURN:g})")
        for n, name in enumerate(PRODUCTS)
    ]
    return [*moves, ("arm", str(SCENE["arm"][0]), f"{SCENE['arm'][1]}+2*sin(2*PI*t/3)", always)]


def _own_motion(name: str) -> str:
    if name == "arm":
        return ",rotate=a='0.11*sin(2*PI*t/4)-0.03':c=none"
    if name in PRODUCTS:
        start = list(PRODUCTS).index(name) * TURN
        leave = start + TURN - FADE_SECONDS
        return (
            f",fade=in:st={start:g}:d={FADE_SECONDS}:alpha=1"
            f",fade=out:st={leave:g}:d={FADE_SECONDS}:alpha=1"
        )
    return ""


if __name__ == "__main__":
    sys.exit(main())
