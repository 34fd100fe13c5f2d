// The site's configuration. Pages are the Markdown files of the repository under their own paths, so that links between them are the same
// in the repository and on the site. A link to another file of the repository, such as a source, becomes plain text here.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { defineConfig } from 'vitepress'

const pages = new URL('..', import.meta.url).pathname
const repository = process.env.FDFLUX_ROOT
const title = (page) => /^# (.*)$/m.exec(readFileSync(join(pages, page), 'utf8'))?.[1].replaceAll('`', '') ?? page
const item = (page) => ({ text: title(page), link: '/' + page.replace(/\.md$/, '') })
const group = (text, ...list) => ({ text, collapsed: false, items: list.map(item) })
const docs = (...names) => names.map((name) => `docs/${name}.md`)

const sidebar = [
  group('Start', ...docs('quick-start', 'migration')),
  group('Use it', ...docs('fdflux', 'descriptors', 'files', 'signals', 'processes', 'timers', 'tests-without-a-kernel', 'clients',
    'netty-without-reactor', 'channels', 'unix-domain', 'settings', 'modules')),
  group('Run it', ...docs('deployment', 'troubleshooting', 'counters', 'observability', 'page', 'diagnosis')),
  group('Benchmarks', ...docs('benchmarks/README', 'benchmarks/report')),
  group('Change it', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs('how-it-works', 'maintainers/README', 'maintainers/testing',
    'maintainers/releasing', 'maintainers/races', 'maintainers/netty-module-tests')),
]

// A page that no group has, such as one that was added later, is listed all the same.
const listed = new Set(sidebar.flatMap((g) => g.items.map((i) => i.link.slice(1) + '.md')))
const others = readdirSync(join(pages, 'docs'), { recursive: true })
  .map((name) => 'docs/' + name)
  .filter((name) => name.endsWith('.md') && !name.startsWith('docs/benchmarks/findings/') && !listed.has(name))
  .sort()
if (others.length > 0) sidebar.push(group('More', ...others))

// GitHub's anchors, which the documents use: letters, digits, _ and -; spaces become -.
const slugify = (text) =>
  text.trim().toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')

function linksToSourcesAreText(md) {
  md.core.ruler.push('sources', (state) => {
    const page = state.env.relativePath ?? ''
    for (const block of state.tokens) {
      let dropped = 0
      for (const token of block.children ?? []) {
        if (token.type === 'link_open') {
          const href = decodeURI(token.attrGet('href')).replace(/#.*/, '')
          const target = normalize(join(dirname(page), href)).replace(/\/$/, '')
          const inside = href !== '' && !/^([a-z]+:|\/)/.test(href)
          if (inside && !existsSync(join(pages, target)) && existsSync(join(repository, target))) {
            token.hidden = true
            token.type = 'text'
            token.tag = ''
            token.content = ''
            dropped++
          }
        } else if (token.type === 'link_close' && dropped > 0) {
          token.type = 'text'
          token.tag = ''
          token.content = ''
          dropped--
        }
      }
    }
  })
}

export default defineConfig({
  title: 'fdflux',
  description: 'A Project Reactor transport in which demand is the only thing that reads.',
  base: process.env.FDFLUX_SITE_BASE ?? '/',
  srcExclude: ['docs/benchmarks/findings/**', 'README.md', 'node_modules/**'],
  head: [['link', { rel: 'icon', href: 'data:,' }]], // none, rather than a request for one
  cleanUrls: false,
  // The Javadoc is made by another program; scripts/build-site checks links to it.
  ignoreDeadLinks: [/^\/javadoc\//],
  markdown: {
    anchor: { slugify },
    toc: { slugify },
    config: linksToSourcesAreText,
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav: [
      { text: 'Quick start', link: '/docs/quick-start' },
      { text: 'How it works', link: '/docs/how-it-works' },
      { text: 'Benchmarks', link: '/docs/benchmarks/report' },
      { text: 'Javadoc', link: '/javadoc/index.html', target: '_self' },
    ],
  },
})
