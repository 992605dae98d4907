import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme } from './ui/theme.ts';

applyTheme();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
