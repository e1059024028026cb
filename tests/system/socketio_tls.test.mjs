import { socketIoCases } from './socketio_cases.mjs';

socketIoCases({ tls: true });
