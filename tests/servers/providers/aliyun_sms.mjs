// Alibaba Cloud SMS: ACS3-HMAC-SHA256 over what came, then the rules of SendSms.

import { Provider, hmac, members, parsed, same, sha256 } from './provider.mjs';

const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (x) => `%${x.charCodeAt(0).toString(16).toUpperCase()}`);

/** The canonical form of a query, decoded and encoded anew. */
function canonicalQuery(query) {
  const byName = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  return [...new URLSearchParams(query)].sort(byName).map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
}

/** The signature of a request whose headers of these names are signed. */
export function acs3Signature(secret, { method, path, query, headers, text }, names) {
  const lines = names.map((name) => `${name}:${headers[name].trim()}\n`).join('');
  const canonical = [method, path, canonicalQuery(query), lines, names.join(';'), sha256(text)].join('\n');
  return hmac(secret, `ACS3-HMAC-SHA256\n${sha256(canonical)}`, 'hex');
}

const gateway = (status, Code, Message = Code) => ({ status, body: { Code, Message, RequestId: 'r' } });
const business = (Code, Message = Code) => gateway(200, Code, Message);

export class AliyunSms extends Provider {
  id = 'LTAI5tTestAccessKeyId00';
  secret = 'TestAccessKeySecret0123456789abcd';
  sign = '智链OS';
  nonces = new Set();

  asks = ({ headers }) => headers['x-acs-action'] !== 'SendSms';

  refuse(call) {
    return this.#signature(call) ?? this.#action(call);
  }

  #signature(call) {
    const { headers, text } = call;
    const form = /^ACS3-HMAC-SHA256 Credential=([^,\s]+),SignedHeaders=([^,\s]+),Signature=([0-9a-f]{64})$/;
    const [, id, list, signature] = form.exec(headers.authorization ?? '') ?? [];
    if (!id) return gateway(400, 'IncompleteSignature');
    if (id !== this.id) return gateway(404, 'InvalidAccessKeyId.NotFound');
    const names = list.split(';');
    const needed = Object.keys(headers).filter((x) => x === 'host' || x === 'content-type' || x.startsWith('x-acs-')).sort();
    if (names.join(';') !== needed.join(';') || headers['x-acs-content-sha256'] !== sha256(text)) return gateway(400, 'IncompleteSignature');
    if (!same(signature, acs3Signature(this.secret, call, names))) return gateway(400, 'SignatureDoesNotMatch');
    if (!(Math.abs(Date.now() - Date.parse(headers['x-acs-date'])) < 900_000)) return gateway(400, 'InvalidTimeStamp.Expired');
    const nonce = headers['x-acs-signature-nonce'];
    if (this.nonces.has(nonce)) return gateway(400, 'SignatureNonceUsed');
    this.nonces.add(nonce);
    return undefined;
  }

  #action({ headers, query }) {
    if (headers['x-acs-version'] !== '2017-05-25') return gateway(400, 'InvalidVersion');
    if (headers['x-acs-action'] === 'QuerySendStatistics') return undefined;
    if (headers['x-acs-action'] !== 'SendSms') return gateway(404, 'InvalidAction.NotFound');
    const { PhoneNumbers, SignName, TemplateCode, TemplateParam = '{}' } = members(query);
    if (!/^(\+?86|0086)?1\d{10}$/.test(PhoneNumbers ?? '')) return business('isv.MOBILE_NUMBER_ILLEGAL');
    if (SignName !== this.sign) return business('isv.SMS_SIGNATURE_ILLEGAL');
    if (!/^SMS_\d+$/.test(TemplateCode ?? '')) return business('isv.SMS_TEMPLATE_ILLEGAL');
    const params = parsed(TemplateParam);
    const good = params && !Array.isArray(params) && Object.values(params).every((x) => typeof x === 'string');
    return good ? undefined : business('isv.INVALID_JSON_PARAM');
  }

  accept(call) {
    if (this.asks(call)) return { body: { Code: 'OK', Message: 'OK', Data: { TotalSize: 0, TargetList: [] }, RequestId: 'r' } };
    return { body: { Code: 'OK', Message: 'OK', BizId: '900619746936498440^0', RequestId: 'r' } };
  }

  /** What a recipient reads of a call. */
  static words({ query }) { return Object.values(parsed(members(query).TemplateParam)).join('\n'); }
}
