"""How the page of the check report looks, in light and in dark."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ground: #f7f6f3; --card: #fff; --ink: #202124;
  --muted: #5d5b57; --line: #dedbd3; --accent: #8f2740; --bar: #b0566a; --bar-val: #6d8fb3;
  --bar-test: #8aa873; --mend: #b3261e; --look: #8a5a00; --ok: #2c6e3f; }
@media (prefers-color-scheme: dark) { :root { --ground: #17181a; --card: #212327;
  --ink: #ececea; --muted: #a9a7a2; --line: #3a3c41; --accent: #f0a3b4; --bar: #c4677d;
  --bar-val: #6f93bb; --bar-test: #7d9b67; --mend: #ff8a80; --look: #f2be5c;
  --ok: #86d19a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 2.75rem 0 .25rem; }
h3 { font-size: 1rem; margin: 0; }
.marks { display: flex; flex-wrap: wrap; gap: 0 1rem; font-size: .9rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
a { color: var(--accent); }
.path, .note, figcaption, .dim { color: var(--muted); }
.path, figcaption, h3 { overflow-wrap: anywhere; }
td { overflow-wrap: break-word; max-width: 30rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; }
.verdict { border-left: 6px solid var(--ok); background: var(--card); padding: .9rem 1.1rem;
  margin: 1.25rem 0; border-radius: 6px; max-width: none; font-size: 1.1rem; }
.verdict.mend { border-color: var(--mend); }
dl.figures { display: grid; gap: .75rem; margin: 1.25rem 0; padding: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(15rem, 45%), 1fr)); }
dl.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .7rem .9rem; }
dt { color: var(--muted); font-size: .85rem; }
dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
dd small { display: block; font-size: .82rem; color: var(--muted); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 38rem;
  background: var(--card); margin: .5rem 0; }
caption { text-align: left; color: var(--muted); padding: .25rem 0; }
th, td { text-align: left; padding: .4rem .7rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { font-size: .85rem; color: var(--muted); font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.mark { font-weight: 700; white-space: nowrap; }
.mark.mend { color: var(--mend); } .mark.look { color: var(--look); } .mark.ok { color: var(--ok); }
.bar { display: flex; height: .8rem; min-width: 10rem; margin-top: .4rem; }
.bar span { display: block; }
.train { background: var(--bar); } .val { background: var(--bar-val); }
.test { background: var(--bar-test); }
.key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 .9rem;
  vertical-align: -1px; }
.gallery { display: grid; gap: .9rem; margin: .75rem 0;
  grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); }
.gallery section, .gallery figure { background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; padding: .7rem; margin: 0; }
.row { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .4rem; }
.row figure { background: none; border: 0; margin: 0; padding: 0; width: 8.6rem; }
.row img, .row .gone { height: 8.4rem; width: 8.4rem; object-fit: contain; background: #fff;
  border: 1px solid var(--line); border-radius: 4px; display: block; }
.examples { display: grid; grid-template-columns: repeat(4, 1fr); }
.row.examples img, .row.examples .gone { width: 100%; height: auto; aspect-ratio: 3 / 4; }
.row .gone { display: grid; place-items: center; background: none; color: var(--muted);
  font-size: .85rem; text-align: center; }
figcaption { font-size: .8rem; }
footer { padding: 2.5rem 1.25rem; color: var(--muted); font-size: .9rem; }
"""
