/** Starts the console: language first, so that nothing is shown in the wrong one. */
import './app.css'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/app.tsx'
import { CONSOLE_URL } from '@/lib/addresses.ts'
import { activateLanguage, initialLanguage } from '@/lib/i18n.ts'

// Absolute from now on, whatever the address bar shows.
document.querySelector('base')?.setAttribute('href', CONSOLE_URL.href)

await activateLanguage(initialLanguage())
const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(<App />)
