// Tencent Cloud SMS: TC3-HMAC-SHA256 over what came, then the rules of SendSms. Always answers 200.

import { Provider, hmac, parsed, same, sha256 } from './provider.mjs';

/** The signature of a request on the day of its timestamp; the path is always this one. */
export function tc3Signature(key, { headers, text }, names, timestamp, date) {
  const lines = names.map((name) => `${name}:${headers[name].trim().toLowerCase()}\n`).join('');
  const canonical = ['POST', '/', '', lines, names.join(';'), sha256(text)].join('\n');
  const signing = hmac(hmac(hmac(`TC3${key}`, date), 'sms'), 'tc3_request');
  return hmac(signing, ['TC3-HMAC-SHA256', timestamp, `${date}/sms/tc3_request`, sha256(canonical)].join('\n'), 'hex');
}

const refused = (Code, Message = Code) => ({ body: { Response: { Error: { Code, Message }, RequestId: 'r' } } });

/** A verdict on the one number. */
export const onNumber = (Code, SerialNo = '') => ({ body: { Response: { SendStatusSet: [{ SerialNo, PhoneNumber: '+8613900001111', Fee: 0, SessionContext: '', Code, Message: Code, IsoCode: 'CN' }], RequestId: 'r' } } });

export class TencentSms extends Provider {
  id = 'AKIDtestSecretId0123456789abcdefgh';
  key = 'TestSecretKey0123456789abcdefghij';
  app = '1400006666';
  sign = '测试';

  asks = ({ headers }) => headers['x-tc-action'] !== 'SendSms';

  refuse(call) {
    return this.#signature(call) ?? this.#action(call);
  }

  #signature(call) {
    const { headers } = call;
    const form = /^TC3-HMAC-SHA256 Credential=([^/\s]+)\/(\d{4}-\d\d-\d\d)\/sms\/tc3_request, SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/;
    const [, id, date, list, signature] = form.exec(headers.authorization ?? '') ?? [];
    if (!id) return refused('AuthFailure.InvalidAuthorization');
    if (id !== this.id) return refused('AuthFailure.SecretIdNotFound');
    const timestamp = headers['x-tc-timestamp'] ?? '';
    if (!/^\d{10}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return refused('AuthFailure.SignatureExpire');
    if (date !== new Date(Number(timestamp) * 1000).toISOString().slice(0, 10)) return refused('AuthFailure.InvalidAuthorization');
    const names = list.split(';');
    if (!names.includes('host') || !names.includes('content-type')) return refused('AuthFailure.InvalidAuthorization');
    return same(signature, tc3Signature(this.key, call, names, timestamp, date)) ? undefined : refused('AuthFailure.SignatureFailure');
  }

  #action({ method, headers, text }) {
    if (method !== 'POST' || headers['content-type'] !== 'application/json; charset=utf-8') return refused('UnsupportedProtocol');
    if (headers['x-tc-version'] !== '2021-01-11') return refused('InvalidParameter.Version');
    if (!headers['x-tc-region']) return refused('MissingParameter.Region');
    const body = parsed(text);
    if (body?.SmsSdkAppId !== this.app) return refused('UnauthorizedOperation.SmsSdkAppIdVerifyFail');
    if (headers['x-tc-action'] === 'SendStatusStatistics')
      return /^\d{10}$/.test(body.BeginTime) && /^\d{10}$/.test(body.EndTime) ? undefined : refused('InvalidParameterValue.BeginTimeVerifyFail');
    return headers['x-tc-action'] === 'SendSms' ? this.#message(body) : refused('InvalidAction');
  }

  #message({ PhoneNumberSet, TemplateId, SignName, TemplateParamSet, SessionContext }) {
    if (!Array.isArray(PhoneNumberSet) || PhoneNumberSet.length === 0) return refused('MissingParameter.EmptyPhoneNumberSet');
    if (!/^\+[1-9]\d{6,14}$/.test(PhoneNumberSet[0])) return onNumber('InvalidParameterValue.IncorrectPhoneNumber');
    if (!/^\d+$/.test(TemplateId ?? '')) return onNumber('FailedOperation.TemplateIncorrectOrUnapproved');
    if (SignName !== this.sign) return onNumber('FailedOperation.SignatureIncorrectOrUnapproved');
    const texts = Array.isArray(TemplateParamSet) && TemplateParamSet.every((x) => typeof x === 'string');
    return texts && Buffer.byteLength(SessionContext) < 512 ? undefined : refused('InvalidParameterValue.TemplateParameterFormatError');
  }

  accept(call) {
    if (this.asks(call)) return { body: { Response: { SendStatusStatistics: { FeeCount: 0, RequestCount: 0, RequestSuccessCount: 0 }, RequestId: 'r' } } };
    return onNumber('Ok', '5000:1');
  }

  /** What a recipient reads of a call. */
  static words({ text }) { return parsed(text).TemplateParamSet.join('\n'); }
}
