// Reads JWTs as a provider does: the signature first.

import { verify } from 'node:crypto';

const json = (x) => JSON.parse(Buffer.from(x, 'base64url').toString('utf8'));

/** `{header, claims}` of a token signed with that algorithm by that public key, else undefined. */
export function readJwt(token, algorithm, publicKey) {
  try {
    const [header, claims, signature] = token.split('.');
    if (json(header).alg !== algorithm) return undefined;
    const key = algorithm === 'ES256' ? { key: publicKey, dsaEncoding: 'ieee-p1363' } : publicKey;
    const genuine = verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url'));
    return genuine ? { header: json(header), claims: json(claims) } : undefined;
  } catch {
    return undefined;
  }
}

export const now = () => Math.floor(Date.now() / 1000);
