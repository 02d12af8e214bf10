"""The look of the page that `mopsctl.render.html` writes: on a screen, and on paper."""

CSS = """
:root { color-scheme: light dark; --line: #d5d9e0; --quiet: #5a6270; --ink: #1c2330; --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3a4250; --quiet: #a8b0bd; --ink: #e6e9ee; --paper: #14181f; }
}
* { box-sizing: border-box; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1.5rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; padding-bottom: .25rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
code { font: .875em ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
ul.moves { margin: .25rem 0; padding: 0; list-style: none; }
ul.moves li { padding-left: 1.25rem; text-indent: -1.25rem; overflow-wrap: break-word; }
ol { margin: .25rem 0; padding-left: 1.5rem; }
.summary { font-weight: 600; }
.quiet { color: var(--quiet); }
.card { border: 1px solid var(--line); border-left-width: .4rem; border-radius: .25rem; padding: .6rem .9rem;
  margin: .6rem 0; break-inside: avoid; }
.word { font-weight: 600; }
h3.entry { margin-top: 1rem; overflow-wrap: anywhere; }
h3, p, li { overflow-wrap: anywhere; }
summary { cursor: pointer; }
.wide { overflow-x: auto; }
.filters { border: 1px solid var(--line); border-radius: .25rem; margin: 1rem 0; }
.filters label { display: inline-block; margin-right: 1rem; }
.add { border-left-color: #1a7f37; } .change { border-left-color: #b58900; } .remove { border-left-color: #c62828; }
.adopt { border-left-color: #1769aa; } .manual { border-left-color: #7b3fa0; }
.error { border-left-color: #c62828; } .warning { border-left-color: #b58900; } .note { border-left-color: #1769aa; }
.stop h2 { font-size: 1rem; margin: 0; padding: 0; border: 0; }
.stop { border: 2px solid #c62828; border-radius: .25rem; padding: .6rem .9rem; margin: 1rem 0; break-inside: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); }
td.count, th.count { text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 2rem; padding-top: .5rem; border-top: 1px solid var(--line); font-size: .85rem; }
@media (max-width: 40rem) {
  body { margin: 1rem auto; padding: 0 .75rem; }
}
@media print {
  :root { --line: #d5d9e0; --quiet: #5a6270; --ink: #1c2330; --paper: #fff; }
  .filters { display: none; }
  details::details-content { content-visibility: visible; height: auto; }
  summary { list-style: none; }
  @page { margin: 16mm; }
  body { margin: 0; max-width: none; padding: 0; font-size: 10.5pt; }
  h2 { break-after: avoid; }
}
"""
