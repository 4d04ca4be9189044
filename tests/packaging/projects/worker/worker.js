import './say.js';
import './app.js';
