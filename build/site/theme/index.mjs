// VitePress's own theme, and drawings: blocks of Mermaid in the Markdown, which GitHub draws too. Without JavaScript the block's text stays.
import { nextTick, onMounted, watch } from 'vue'
import { useData, useRoute } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import mermaidUrl from '@mermaid-js/tiny/dist/mermaid.tiny.js?url'
import './style.css'

const BLOCK = 'div.language-mermaid'
const SMALLEST = 0.72 // of 14 pixels
let drawings = 0
let loading

/** A classic script, which sets a global variable. Pages without a drawing do not load it. */
function load() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = mermaidUrl
    script.onload = () => resolve(globalThis.mermaid)
    script.onerror = reject
    document.head.append(script)
  })
  return loading
}

/** A drawing that is somewhat too wide becomes smaller. One that could not be read then keeps its size, and is scrolled. */
function fit(figure) {
  const svg = figure.querySelector('svg')
  const width = Number(svg.getAttribute('width')) || svg.viewBox.baseVal.width
  if (width * SMALLEST < figure.clientWidth) {
    svg.style.maxWidth = '100%'
    svg.style.height = 'auto'
  }
}

async function draw(dark) {
  const blocks = [...document.querySelectorAll(BLOCK)]
  if (blocks.length === 0) return
  const mermaid = await load()
  mermaid.initialize({
    startOnLoad: false,
    theme: dark ? 'dark' : 'default',
    fontFamily: 'inherit',
    fontSize: 14,
    themeVariables: { fontSize: '14px' },
    flowchart: { useMaxWidth: false, diagramPadding: 4, nodeSpacing: 16, rankSpacing: 32, padding: 8, wrappingWidth: 170 },
    sequence: {
      useMaxWidth: false, diagramMarginX: 4, diagramMarginY: 4, actorMargin: 16, width: 80, height: 36, messageMargin: 24,
      messageFontSize: 14, actorFontSize: 14, noteFontSize: 14, mirrorActors: false, boxMargin: 4,
    },
    state: { useMaxWidth: false, nodeSpacing: 16, rankSpacing: 40 },
  })
  for (const block of blocks) {
    const { svg } = await mermaid.render(`drawing-${drawings++}`, block.querySelector('code').textContent)
    let figure = block.previousElementSibling
    if (!figure?.classList.contains('drawing')) {
      figure = document.createElement('figure')
      figure.className = 'drawing'
      figure.tabIndex = 0 // so that it can be scrolled by keyboard
      block.before(figure)
    }
    figure.innerHTML = svg
    fit(figure)
    block.hidden = true
  }
}

export default {
  extends: DefaultTheme,
  setup() {
    const { isDark } = useData()
    const route = useRoute()
    const redraw = () => nextTick(() => draw(isDark.value))
    onMounted(redraw)
    watch([isDark, () => route.path], redraw)
  },
}
