import type { FastifyReply } from 'fastify';
import { asText, escapeHtml } from '../values.ts';

/** Markup that is safe to send. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Hole = Html | readonly Html[] | string | number | boolean | null | undefined;

/** A template whose values are escaped unless they are markup themselves. */
export function html(parts: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  const fill = (hole: Hole): string => {
    if (hole instanceof Html) return hole.text;
    if (Array.isArray(hole)) return hole.map((each: Html) => each.text).join('');
    return escapeHtml(asText(hole));
  };
  return new Html(parts.map((part, index) => part + (index < holes.length ? fill(holes[index]) : '')).join(''));
}

const style = new Html(
  `<style>body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;color:#181818}
h1{font-size:1.3rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;padding:.3rem .5rem;text-align:left;vertical-align:top}
form{margin:.8rem 0}label{display:block;margin:.4rem 0}textarea,input[type=text]{width:100%;box-sizing:border-box;font:inherit}
.note{border-left:3px solid #0b5cab;padding-left:.7rem;margin:.6rem 0;white-space:pre-wrap}.private{border-color:#b07400}small{color:#5a5a5a}</style>`,
);

export function page(title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Salesforce sandbox</title>
        ${style}
      </head>
      <body>
        ${body}
      </body>
    </html> `;
}

export function send(reply: FastifyReply, markup: Html): FastifyReply {
  return reply.type('text/html;charset=UTF-8').send(markup.text);
}
