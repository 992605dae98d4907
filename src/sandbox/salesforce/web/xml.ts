/** An element of a SOAP message: no attributes but the type, no text beside elements. */
export interface Element {
  /** Without its prefix. */
  readonly name: string;
  /** `xsi:type`, without its prefix; empty for none. */
  readonly type: string;
  readonly text: string;
  readonly children: readonly Element[];
}

type Open = { -readonly [Key in keyof Element]: Element[Key] } & { children: Element[] };

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * Reads the XML that SOAP clients send: elements, attributes, text and the five entities. Null for anything else, such as a
 * document type, which no SOAP message may hold.
 */
export function parseXml(text: string): Element | null {
  const root: Open = { name: '', type: '', text: '', children: [] };
  const open: Open[] = [root];
  let last = 0;
  for (const match of text.matchAll(
    /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|<\?xml[^>]*\?>/g,
  )) {
    const [whole, closing, name, attributes = '', empty] = match;
    const top = open.at(-1);
    if (top === undefined) return null;
    const between = text.slice(last, match.index);
    if (between.includes('<')) return null;
    if (between.trim() !== '') top.text += unescape(between);
    last = match.index + whole.length;
    if (name === undefined) continue;
    if (closing === '/') {
      if (open.length < 2 || open.pop()?.name !== local(name)) return null;
      continue;
    }
    const type = /\bxsi:type\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1] ?? '';
    const element: Open = { name: local(name), type: local(type), text: '', children: [] };
    top.children.push(element);
    if (empty !== '/') open.push(element);
  }
  return open.length === 1 && text.slice(last).trim() === '' ? (root.children[0] ?? null) : null;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}

export function child(element: Element | undefined, name: string): Element | undefined {
  return element?.children.find((one) => one.name === name);
}

/** The text of a child; empty for none. */
export function textOf(element: Element | undefined, name: string): string {
  return child(element, name)?.text ?? '';
}

/** The element as text, without its type. */
export function writeXml({ name, text, children }: Element): string {
  return `<${name}>${children.length > 0 ? children.map(writeXml).join('') : escapeXml(text)}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
