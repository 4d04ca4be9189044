import { page } from './page.js';

page.begin();
