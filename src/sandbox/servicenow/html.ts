const replacements: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe inside elements and attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => replacements[sign] ?? sign);
}

const style = `
:root{color-scheme:light dark;--line:#ccd;--ink:#1d2733;--soft:#5b6b7c;--paper:#fff;--accent:#0b6e4f}
@media(prefers-color-scheme:dark){:root{--line:#3a4450;--ink:#e4e9ee;--soft:#9aa8b5;--paper:#161b21;--accent:#4cc38a}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:70rem;margin:0 auto;padding:1rem}
header{display:flex;gap:1rem;align-items:baseline;border-bottom:1px solid var(--line);padding-bottom:.5rem;flex-wrap:wrap}
a{color:var(--accent)}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}label{display:block;margin:.4rem 0;color:var(--soft)}
input,select,textarea,button{font:inherit;color:inherit;background:transparent;border:1px solid var(--line);border-radius:4px;padding:.3rem .5rem}
textarea{width:100%;box-sizing:border-box}button{background:var(--accent);color:var(--paper);border-color:var(--accent);cursor:pointer}
.error{color:#b3261e}.entry{border-left:3px solid var(--line);padding:.2rem .7rem;margin:.6rem 0;white-space:pre-wrap}.internal{border-color:#c9a227}
.columns{display:grid;grid-template-columns:1fr 1fr;gap:2rem}@media(max-width:45rem){.columns{grid-template-columns:1fr}}`;

/** A whole page; `body` is markup. */
export function page(title: string, body: string): string {
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · local ServiceNow</title><style>${style}</style></head><body><header><strong><a href="/">Local ServiceNow</a></strong><span>a stand-in for tests and demos</span></header>${body}</body></html>`;
}
