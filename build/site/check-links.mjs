// Follows every link of the built pages to a file, and to an anchor in it. VitePress itself checks files only. Links of the Javadoc among its own
// pages are javadoc's.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = process.argv[2]
const base = process.env.FDFLUX_SITE_BASE ?? '/'
const pages = readdirSync(root, { recursive: true }).filter((name) => name.endsWith('.html') && !name.startsWith('javadoc/'))
const text = new Map()
const read = (file) => text.get(file) ?? text.set(file, readFileSync(file, 'utf8')).get(file)
const ids = (file) => new Set([...read(file).matchAll(/\sid="([^"]+)"/g)].map((match) => match[1].replaceAll('&amp;', '&')))
const broken = []
let links = 0
for (const page of pages) {
  for (const match of read(join(root, page)).matchAll(/\s(?:href|src)="([^"]+)"/g)) {
    const link = match[1].replaceAll('&amp;', '&')
    if (/^([a-z]+:|\/\/)/.test(link)) continue
    links++
    const [path, anchor] = link.split('#')
    let file = path === '' ? join(root, page)
      : path.startsWith('/') ? join(root, path.slice(base.length - 1)) : join(root, dirname(page), path)
    file = decodeURI(file)
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html')
    if (!existsSync(file)) broken.push(`${page}: ${link}`)
    else if (anchor && file.endsWith('.html') && !relative(root, file).startsWith('javadoc') && !ids(file).has(decodeURIComponent(anchor)))
      broken.push(`${page}: ${link} (no such heading)`)
  }
}
if (broken.length > 0) {
  console.error(`check-links: ${broken.length} links lead nowhere:\n${broken.join('\n')}`)
  process.exit(1)
}
if (links < 500) {
  console.error(`check-links: only ${links} links in ${pages.length} pages: the pages were not found`)
  process.exit(1)
}
console.log(`check-links: ${links} links in ${pages.length} pages`)
