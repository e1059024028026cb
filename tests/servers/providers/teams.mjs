// A Microsoft Teams webhook made by Workflows.

import { Provider, isJson, parsed } from './provider.mjs';

export class Teams extends Provider {
  path = '/workflows/0123456789abcdef/triggers/manual/paths/invoke';
  sig = 'a-signature';

  get webhook() { return `https://prod-00.westeurope.logic.azure.com${this.path}?api-version=2016-06-01&sig=${this.sig}`; }

  refuse(call) {
    if (call.path !== this.path) return { status: 404 };
    if (new URLSearchParams(call.query).get('sig') !== this.sig) return { status: 401 };
    if (Buffer.byteLength(call.text) > 28 * 1024) return { status: 413 };
    const body = parsed(call.text);
    const [attachment] = body?.attachments ?? [];
    const card = attachment?.content;
    const blocks = card?.body?.every((x) => x.type === 'TextBlock' && typeof x.text === 'string');
    const good = call.method === 'POST' && isJson(call) && body?.type === 'message' && card?.type === 'AdaptiveCard'
      && attachment.contentType === 'application/vnd.microsoft.card.adaptive' && card.version && blocks;
    return good ? undefined : { status: 400 };
  }

  accept() { return { status: 202 }; }

  /** What a recipient reads of a call. */
  static words({ text }) { return parsed(text).attachments[0].content.body.map((x) => x.text).join('\n'); }
}
