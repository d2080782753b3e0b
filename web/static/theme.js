// Runs before the first paint, so that nobody is shown a white flash in a dark room.
{
  let wanted = null
  try {
    wanted = localStorage.getItem('linbo-theme')
  } catch {
    // Storage may be closed; the system's choice is fine then.
  }
  const dark = wanted ? wanted === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
}
