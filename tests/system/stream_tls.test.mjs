import { streamCases } from './stream_cases.mjs';

streamCases({ tls: true });
