// Holds the engine's answers to openapi.json, and what it accepted as well.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const document = JSON.parse(readFileSync(new URL('../../../adapters/http/openapi.json', import.meta.url), 'utf8'));

const ajv = new Ajv({ allowUnionTypes: true, strictTypes: false, allErrors: true });
addFormats(ajv);
ajv.addVocabulary(['openapi', 'info', 'servers', 'tags', 'paths', 'components']);
ajv.addSchema(document, 'openapi.json');

const validators = new Map();

/** The validator of what stands at this place of the document. */
function validatorOf(...place) {
  const pointer = place.map((x) => `/${encodeURIComponent(x.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');
  if (!validators.has(pointer)) validators.set(pointer, ajv.compile({ $ref: `openapi.json#${pointer}` }));
  return validators.get(pointer);
}

/** Follows a reference within the document; answers what is meant and where it stands. */
function resolved(what, place) {
  if (!what?.$ref) return [what, place];
  const target = what.$ref.slice(2).split('/');
  return [target.reduce((x, name) => x[name], document), target];
}

const templates = Object.keys(document.paths).map((path) => ({
  path,
  exact: !path.includes('{'),
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
})).sort((x, y) => y.exact - x.exact);

/** The operation that describes a request, and where it stands; nothing where there is none. */
function operationOf(method, target) {
  const path = target.split('?')[0];
  const template = templates.find((x) => x.pattern.test(path))?.path;
  const name = method.toLowerCase();
  const operation = template && document.paths[template][name];
  return operation && { operation, place: ['paths', template, name] };
}

function check(what, validate, value) {
  assert.ok(validate(value), `${what} is not as openapi.json says: ${ajv.errorsText(validate.errors, { dataVar: '' })}\n${JSON.stringify(value)}`);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Throws where a text frame of a plain connection, or of `carillon.v1`, is not as the document says. */
export function checkFrame(frame) {
  const schema = 'event' in frame ? 'live_frame' : 'notification';
  check(`the frame ${frame.event ?? ''}`, validatorOf('components', 'schemas', schema), frame);
}

/** Throws where an event of a stream is not as the document says. */
export function checkEvent({ event, id, data }) {
  checkFrame({ event, data });
  assert.equal(id, event === 'notification' ? String(data.seq) : undefined, `the id of ${event}`);
}

/** Throws where an answer, or a body that was accepted, is not as the document says. */
export function checkAnswer(method, target, sent, { status, headers, text, body }, sentAs = 'application/json') {
  if (text === '') return;
  const what = `${method} ${target} → ${status}`;
  const type = headers['content-type']?.split(';')[0];
  const known = operationOf(method, target);
  const response = known && (known.operation.responses[status] ? String(status) : 'default');
  const [described, place] = known
    ? resolved(known.operation.responses[response], [...known.place, 'responses', response])
    : [document.components.responses.problem, ['components', 'responses', 'problem']];
  assert.ok(described.content?.[type], `${what}: ${type} is not described`);
  if (/\bjson/.test(type)) check(what, validatorOf(...place, 'content', type, 'schema'), body);
  if (status >= 300 || sent === undefined || !known?.operation.requestBody || /ndjson/.test(sentAs)) return;
  const request = parsed(Buffer.isBuffer(sent) ? sent.toString('utf8') : sent);
  check(`the body of ${what}`, validatorOf(...known.place, 'requestBody', 'content', sentAs, 'schema'), request);
}
