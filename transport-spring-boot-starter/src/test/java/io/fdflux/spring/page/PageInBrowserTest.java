package io.fdflux.spring.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;

/** The page in a real browser, over a real application with slow, fast, silent and held-back peers. */
class PageInBrowserTest extends BrowserTest {

    private static final String ROW = "#rows tbody tr";

    @Test
    void eachPeerIsSeenAsWhatItIs() {
        Socket slow = application.slowReader();
        Socket fast = application.fastReader();
        Socket held = application.heldBack();
        Socket silent = application.silent();
        open(WIDE);

        awaitRow(slow, "Slow reader, full for");
        awaitRow(held, "Peer waits for demand");
        awaitRow(silent, "Waits for the peer to send");
        BROWSER.await(
                "rate of the fast reader",
                () -> BROWSER.number(
                        "return [...document.querySelectorAll('#rows tbody tr')].filter(row =>"
                                + " row.querySelector('span').textContent === arguments[0] &&"
                                + " /[1-9].*B/.test(row.querySelector('[data-label=\"Out/s\"]').textContent)).length",
                        address(fast)),
                rows -> rows == 1);
        BROWSER.await(
                "the one that needs a look most comes first",
                PageInBrowserTest::peers,
                peers -> peers.getFirst().equals(address(slow)));
        BROWSER.await("title", () -> BROWSER.driver().getTitle(), title -> title.startsWith("1 slow reader"));
        assertThat(BROWSER.text("#alert")).contains("slow reader");
        assertThat(BROWSER.text("#rows tbody")).contains("this page");

        application.close(slow);
        BROWSER.await("rows without it", PageInBrowserTest::peers, rows -> !rows.contains(address(slow)));
        BROWSER.await("title", () -> BROWSER.driver().getTitle(), title -> !title.contains("slow"));
    }

    @Test
    void nothingComesFromAnotherHostAndNothingBreaksThePolicy() {
        open(WIDE);
        assertThat(BROWSER.number("return performance.getEntriesByType('resource').filter(e =>"
                        + " !e.name.startsWith(location.origin)).length"))
                .isZero();
        assertThat(BROWSER.number("return performance.getEntriesByType('resource').length"))
                .isGreaterThanOrEqualTo(3);
        assertThat(BROWSER.complaints()).isEmpty();
        assertThat(BROWSER.script(
                        "const inline = document.createElement('script'); inline.textContent = 'window.ran = true';"
                                + "document.head.append(inline); return window.ran ?? 'refused'"))
                .isEqualTo("refused");
    }

    @Test
    void pausedItSamplesNothing() {
        open(WIDE);
        new Actions(BROWSER.driver()).sendKeys(Keys.TAB, Keys.TAB, Keys.SPACE).perform();
        BROWSER.awaitText("#status", "Paused");
        assertThat(BROWSER.script("return document.getElementById('pause').ariaPressed"))
                .isEqualTo("true");
        Socket late = application.silent();
        new Actions(BROWSER.driver()).sendKeys(Keys.SPACE).perform();
        awaitRow(late, "Waits for the peer to send");
        BROWSER.awaitText("#status", "Live");
    }

    @Test
    void itSaysWhenNoSamplesCome() {
        CountDownLatch latch = new CountDownLatch(1);
        open(WIDE);
        application.block(latch);
        try {
            BROWSER.awaitText("#status", "No samples come");
        } finally {
            latch.countDown();
        }
        BROWSER.awaitText("#status", "Live");
    }

    @Test
    void itSaysWhenTheServerRefusesIt() {
        for (int i = 0; i < Viewers.MOST; i++) {
            application.viewer(0);
        }
        BROWSER.open(application.page(), WIDE, HEIGHT);
        BROWSER.awaitText("#status", "20 look already");
        BROWSER.complaints(); // of the status 503
    }

    @Test
    void itComesBackAfterARestartAndSaysSo() {
        open(WIDE);
        int port = application.managementPort();
        application.close();
        BROWSER.awaitText("#status", "Connection lost");
        assertThat(BROWSER.script("return document.getElementById('status').role"))
                .isEqualTo("status");
        application = new PageApplication("management.server.port=" + port);
        BROWSER.awaitText("#status", "Live again, after a restart");
        Socket silent = application.silent();
        awaitRow(silent, "Waits for the peer to send");
    }

    @Test
    void ofManyConnectionsTheTopIsShownAndAllAreCounted() {
        for (int i = 0; i < 300; i++) {
            application.silent();
        }
        Socket slow = application.slowReader();
        open(WIDE);
        awaitRow(slow, "Slow reader");
        BROWSER.awaitText("#shown", "50 of 30");
        assertThat(BROWSER.all(ROW)).hasSize(50);
        BROWSER.await("number of connections", () -> BROWSER.text("#tiles dd"), text -> Integer.parseInt(text) >= 301);
    }

    @Test
    void eachGroupOfLoopsIsNamed() {
        open(WIDE);
        BROWSER.awaitText("#about", "fdflux-http: ");
        assertThat(BROWSER.text("#loops tbody th span")).isEqualTo("fdflux-http 1");
        application.openAnotherGroup("late", 1);
        BROWSER.awaitText("#about", "late: ");
        BROWSER.await(
                "names of the loops",
                () -> BROWSER.script("return [...document.querySelectorAll('#loops tbody th span')].map(name =>"
                        + " name.textContent).join()"),
                names -> names.equals("fdflux-http 1,fdflux-http 2,fdflux-management 1,late 1"));
    }

    @Test
    void aGatewaysConnectionsSayWhoHoldsBackWhom() {
        open(WIDE);
        Socket slow = application.slowReaderThrough(application.upstream());
        awaitRow(slow, "holds back 127.0.0.1:");
        BROWSER.await(
                "row of the upstream",
                () -> BROWSER.text("#rows tbody"),
                text -> text.contains("held back by " + address(slow)) && !text.contains("probably"));
    }

    /** Writes the pictures of docs/page.md: {@code scripts/page-screenshots}. */
    @Test
    @EnabledIfSystemProperty(named = "fdflux.screenshots", matches = ".+")
    void screenshots() throws IOException {
        Path folder = Files.createDirectories(Path.of(System.getProperty("fdflux.screenshots")));
        Socket slow = application.slowReader();
        application.fastReader();
        application.heldBack();
        for (int i = 0; i < 5; i++) {
            application.silent();
        }
        open(WIDE);
        Socket slowThrough = application.slowReaderThrough(application.upstream()); // while somebody looks
        awaitRow(slowThrough, "holds back");
        for (String scheme : List.of("light", "dark")) {
            BROWSER.prefers("prefers-color-scheme", scheme);
            open(WIDE);
            awaitRow(slow, "Slow reader");
            BROWSER.await(
                    "a line of some points",
                    () -> (String) BROWSER.script("return document.querySelector('#tiles .line').getAttribute('d')"),
                    line -> line.split("L").length > 12);
            Files.write(folder.resolve("page-" + scheme + ".png"), BROWSER.screenshot());
        }
        BROWSER.prefers("prefers-color-scheme", "light");
        open(NARROW);
        awaitRow(slow, "Slow reader");
        BROWSER.await("rates", () -> BROWSER.text("#rows [data-label='Out/s']"), rate -> rate.endsWith("B"));
        BROWSER.script("document.getElementById('connections-title').scrollIntoView()");
        Files.write(folder.resolve("page-telephone.png"), BROWSER.screenshot());
    }
}
