import { resumeCases } from './resume_cases.mjs';

resumeCases();
