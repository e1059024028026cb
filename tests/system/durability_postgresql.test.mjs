import { durabilityCases } from './durability_cases.mjs';
import { freshPostgresql } from './harness/engine.mjs';

durabilityCases({ rounds: 30, storage: freshPostgresql });
