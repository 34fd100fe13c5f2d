package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;

/** Who may read and use the page: on any screen, by keyboard, with little sight, or with a dislike of motion. */
class PageForEverybodyTest extends BrowserTest {

    @Test
    void nothingIsWiderThanTheScreen() {
        Socket slow = application.slowReader();
        application.heldBack();
        for (int width : new int[] {NARROW, 768, 1160, WIDE}) {
            open(width);
            awaitRow(slow, "Slow reader");
            assertThat(BROWSER.number("return document.documentElement.scrollWidth"))
                    .isEqualTo(width);
            assertThat(BROWSER.script("return [...document.querySelectorAll('main *, header *')].filter(e =>"
                            + " !e.closest('.hidden, thead') && e.getBoundingClientRect().right > innerWidth +"
                            + " 1).map(e => e.outerHTML.slice(0, 200)).join()"))
                    .as("at a width of " + width)
                    .isEqualTo("");
        }
    }

    @Test
    void textStandsOutFromItsGround() {
        Socket slow = application.slowReader();
        application.heldBack();
        for (String scheme : List.of("light", "dark")) {
            BROWSER.prefers("prefers-color-scheme", scheme);
            open(WIDE);
            awaitRow(slow, "Slow reader");
            assertThat(BROWSER.script(CONTRAST))
                    .as("texts below 4.5 : 1 in " + scheme)
                    .isEqualTo("");
            assertThat(BROWSER.number("return matchMedia('(prefers-color-scheme: dark)').matches ? 1 : 0"))
                    .isEqualTo(scheme.equals("dark") ? 1 : 0);
            assertThat(BROWSER.script("const c = getComputedStyle(document.body).backgroundColor.match(/\\d+/g);"
                            + "return c[0] < 100 ? 'dark' : 'light'"))
                    .isEqualTo(scheme);
        }
    }

    /** WCAG 2.2, contrast of text: each text against what is painted below it. */
    private static final String CONTRAST = """
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const paint = (under, colour) => {
          canvas.fillStyle = under; canvas.fillRect(0, 0, 1, 1);
          canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
          return `rgb(${r},${g},${b})`;
        };
        const ground = (e) => e === document.documentElement ? getComputedStyle(document.body).backgroundColor
            : paint(ground(e.parentElement), getComputedStyle(e).backgroundColor);
        const light = (rgb) => {
          const [r, g, b] = rgb.match(/[0-9]+/g).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return [...document.querySelectorAll('body *')]
            .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
            .map(e => {
              const below = ground(e);
              const pair = [light(below), light(paint(below, getComputedStyle(e).color))].sort((a, b) => b - a);
              return [(pair[0] + 0.05) / (pair[1] + 0.05), e.textContent.trim().slice(0, 40)];
            })
            .filter(([ratio]) => ratio < 4.5)
            .map(([ratio, text]) => `${ratio.toFixed(2)} ${text}`).join('; ')\
        """;

    /** Names, roles, landmarks, tables, contrast and the rest of what axe-core checks, in both layouts. */
    @Test
    void axeFindsNothing() {
        Socket slow = application.slowReader();
        application.heldBack();
        open(WIDE);
        awaitRow(slow, "Slow reader");
        BROWSER.script(Browser.resource("/axe.min.js"));
        for (int width : new int[] {WIDE, NARROW}) {
            BROWSER.size(width, HEIGHT);
            assertThat(BROWSER.number("return axe.run().then(found => found.passes.length)"))
                    .as("rules that applied")
                    .isGreaterThan(20);
            assertThat(BROWSER.script("return axe.run().then(found => found.violations.map(each => each.id + ': ' +"
                            + " each.help + ': ' + each.nodes.map(node => node.html).join(' ')).join('; '))"))
                    .as("at a width of " + width)
                    .isEqualTo("");
        }
    }

    @Test
    void theKeyboardReachesAndSortsEverything() {
        List<Socket> silent =
                IntStream.range(0, 5).mapToObj(i -> application.silent()).toList();
        open(WIDE);
        silent.forEach(client -> awaitRow(client, "Waits for the peer to send"));

        List<String> reached = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            new Actions(BROWSER.driver()).sendKeys(Keys.TAB).perform();
            String focused = (String) BROWSER.script(
                    "const e = document.activeElement; return e === document.body ? '' : e.textContent + '|' + "
                            + "(getComputedStyle(e).outlineStyle !== 'none' && e.checkVisibility())");
            if (focused.isEmpty() || reached.contains(focused)) {
                break;
            }
            reached.add(focused);
        }
        assertThat(reached)
                .as("in the order of the page, and each with a visible focus")
                .startsWith("Skip to the connections|true", "Pause|true", "Peer|true", "Who waits|true")
                .endsWith("RTT|true")
                .hasSize(17);

        BROWSER.script("document.querySelector('#rows thead button').focus()");
        new Actions(BROWSER.driver()).sendKeys(Keys.ENTER).perform();
        assertThat(BROWSER.script("return document.querySelector('#rows thead th').ariaSort"))
                .isEqualTo("descending");
        List<String> descending = peers();
        new Actions(BROWSER.driver()).sendKeys(Keys.SPACE).perform();
        assertThat(BROWSER.script("return document.querySelector('#rows thead th').ariaSort"))
                .isEqualTo("ascending");
        assertThat(peers()).isEqualTo(descending.reversed());
        assertThat(BROWSER.script("return document.activeElement.textContent")).isEqualTo("Peer");
    }

    /** Nothing on the page moves by itself, where the user does not want it. */
    @Test
    void reducedMotionIsRespected() {
        String moving = "return [...document.querySelectorAll('*')].filter(e =>"
                + " parseFloat(getComputedStyle(e).transitionDuration) > 0 || getComputedStyle(e).animationName !=="
                + " 'none').length";
        open(WIDE);
        assertThat(BROWSER.number(moving)).isPositive();
        BROWSER.prefers("prefers-reduced-motion", "reduce");
        assertThat(BROWSER.number(moving)).isZero();
    }
}
