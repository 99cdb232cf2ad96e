// Sets theme and language before the first paint. A file, because the Content-Security-Policy allows no inline script.
;(() => {
  const root = document.documentElement
  let theme = null
  let language = null
  try {
    theme = localStorage.getItem('console.theme')
    language = localStorage.getItem('console.language')
  } catch {
    // Storage is blocked: the system's settings apply.
  }
  const dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'dark' : 'light'
  root.lang = language ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en')
})()
