import { durabilityCases } from './durability_cases.mjs';

durabilityCases({ rounds: 30 });
