import { liveCases } from './live_cases.mjs';

liveCases({ tls: true });
