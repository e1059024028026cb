import { freshPostgresql } from './harness/engine.mjs';
import { liveCases } from './live_cases.mjs';

liveCases({ tls: false, storage: freshPostgresql });
