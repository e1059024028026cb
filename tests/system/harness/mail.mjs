// Reads a mail as a mail program does: folded headers, encoded words, parts.

/** Text with its encoded words decoded, each by itself. */
export const decodeWords = (text) => text.replace(/=\?UTF-8\?B\?([^?]*)\?=(\s+(?==\?))?/g,
  (_, x) => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(x, 'base64')));

function decodeBody(headers, body) {
  if (headers['content-transfer-encoding'] === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  const bytes = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, x) => String.fromCharCode(parseInt(x, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** `{headers, text}` or `{headers, parts}`; names of headers in lower case, values unfolded. */
export function readMail(raw) {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.slice(0, end).replace(/\r\n[ \t]/g, ' ').split('\r\n');
  const headers = Object.fromEntries(lines.map((x) => [x.slice(0, x.indexOf(':')).toLowerCase(), x.slice(x.indexOf(':') + 1).trim()]));
  const body = raw.slice(end + 4);
  const [, boundary] = /boundary="([^"]+)"/.exec(headers['content-type']) ?? [];
  if (!boundary) return { headers, text: decodeBody(headers, body) };
  return { headers, parts: body.split(`--${boundary}`).slice(1, -1).map((x) => readMail(x.replace(/^\r\n/, ''))) };
}
