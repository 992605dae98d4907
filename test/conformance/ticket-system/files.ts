import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { AttachRequest, ChildSystem } from '../../../src/connectors/children.ts';
import { ConnectorError } from '../../../src/connectors/errors.ts';
import type { FileInfo } from '../../../src/core/children.ts';
import type { DeskUnderTest, Opened } from '../ticket-system.suite.ts';

const log = Buffer.from('08:14 printer reports fire\n08:15 sprinkler on\n');

/** What a desk with files must do. A desk that has none is left out. */
export function fileTests(opened: Opened): void {
  describe('files', () => {
    it('lists what a person has added, with the ticket, and gives its bytes', async (test) => {
      const { desk, files } = filesOf(opened) ?? test.skip();
      const id = desk.put({ [desk.title]: 'Printer on fire', ...desk.required });
      desk.attach?.(id, 'printer.log', log);
      await desk.tick();
      await desk.tick();
      const [file] = await listed(desk, id);
      expect(file).toMatchObject({ recordId: id, name: 'printer.log', size: log.length, state: 'ready', own: false });
      if (file === undefined) return;
      if (file.hash !== null) expect(file.hash).toBe(sha256(log));
      const { body } = await files.open(file);
      expect((await buffer(body)).equals(log)).toBe(true);
    });

    it('answers with no file where a ticket has none', async (test) => {
      const { desk } = filesOf(opened) ?? test.skip();
      const id = desk.put({ [desk.title]: 'No file', ...desk.required });
      expect(await listed(desk, id)).toEqual([]);
    });

    it.each(['public', 'internal'] as const)('attaches a %s file under the name it is given', async (channel) => {
      const found = filesOf(opened);
      if (found === null) return;
      const { desk, files } = found;
      const id = desk.put({ [desk.title]: 'Gets a file', ...desk.required });
      const name = `Größe & "Maß" 100%.log`;
      const result = await files.attach(sending(desk, id, { name, channel }));
      expect(result.kind).toBe('attached');
      await desk.tick();
      await desk.tick();
      const [file] = await listed(desk, id);
      expect(file).toMatchObject({ name, size: log.length, state: 'ready' });
      if (result.kind === 'attached') expect([file?.id, file?.versionId]).toEqual([result.id, result.versionId]);
      if (desk.system.side === 'salesforce') expect(file?.channel).toBe(channel);
    });

    it('says that a file is gone, and that a ticket is', async (test) => {
      const { desk, files } = filesOf(opened) ?? test.skip();
      const id = desk.put({ [desk.title]: 'Loses its file', ...desk.required });
      desk.attach?.(id, 'gone.log', log);
      await desk.tick();
      const [file] = await listed(desk, id);
      if (file === undefined) throw new Error('the file is not listed');
      await files.detach(desk.object, { recordId: id, id: file.id });
      expect(await listed(desk, id)).toEqual([]);
      desk.remove(id);
      const refused = await files.attach(sending(desk, id, {}));
      expect(refused.kind).toBe('failed');
      if (refused.kind === 'failed') expect(refused.error.inDoubt).toBe(false);
    });

    it('stores nothing of a body that breaks off', async (test) => {
      const { desk, files } = filesOf(opened) ?? test.skip();
      const id = desk.put({ [desk.title]: 'Half a file', ...desk.required });
      const broken = new ConnectorError('Unavailable', {
        side: 'servicenow',
        executed: 'no',
        cause: 'download-broken',
      });
      const body = async function* (): AsyncGenerator<Buffer> {
        yield log.subarray(0, 10);
        await Promise.resolve();
        throw broken;
      };
      const open = async (): Promise<Readable> => Readable.from(body(), { objectMode: false });
      const result = await files.attach(sending(desk, id, { open }));
      expect(result).toEqual({ kind: 'failed', error: broken });
      await desk.tick();
      expect(await listed(desk, id)).toEqual([]);
    });
  });
}

function filesOf(opened: Opened): { readonly desk: DeskUnderTest; readonly files: ChildSystem } | null {
  const desk = opened();
  const { children } = desk.system;
  return desk.attach === undefined || children === undefined ? null : { desk, files: children };
}

function sending(desk: DeskUnderTest, recordId: string, parts: Partial<AttachRequest>): AttachRequest {
  return {
    object: desk.object,
    recordId,
    name: 'printer.log',
    contentType: 'text/plain',
    size: log.length,
    channel: 'internal',
    open: async () => Readable.from([log], { objectMode: false }),
    ...parts,
  };
}

async function listed(desk: DeskUnderTest, id: string): Promise<readonly FileInfo[]> {
  const [result] = await desk.system.read(desk.object, [id], [desk.title], { comments: false, files: true });
  const files = result?.kind === 'found' ? result.children?.files : null;
  expect(files?.complete).toBe(true);
  return files?.items ?? [];
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
