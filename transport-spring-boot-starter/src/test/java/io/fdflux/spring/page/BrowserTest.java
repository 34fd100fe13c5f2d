package io.fdflux.spring.page;

import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A browser, and an application for each test with the page. */
abstract class BrowserTest {

    static final int WIDE = 1280;
    static final int NARROW = 360;
    static final int HEIGHT = 900;

    @RegisterExtension
    static final Browser BROWSER = new Browser();

    PageApplication application;

    @BeforeEach
    void start() {
        application = new PageApplication();
        BROWSER.prefers("prefers-color-scheme", "light");
    }

    @AfterEach
    void stop() {
        BROWSER.driver().get("about:blank"); // or the browser asks a stopped application again
        application.close();
        BROWSER.complaints();
    }

    void open(int width) {
        BROWSER.open(application.page(), width, HEIGHT);
        BROWSER.awaitText("#status", "Live");
    }

    static String address(Socket client) {
        return "127.0.0.1:" + client.getLocalPort();
    }

    /** Waits until the row of a client says who waits. */
    static void awaitRow(Socket client, String waits) {
        BROWSER.await(
                "row of " + address(client) + " with " + waits,
                () -> (String) BROWSER.script(
                        "return [...document.querySelectorAll('#rows tbody tr')]"
                                + ".filter(row => row.querySelector('span').textContent === arguments[0])"
                                + ".map(row => row.textContent).join()",
                        address(client)),
                text -> text.contains(waits));
    }

    static List<String> peers() {
        @SuppressWarnings("unchecked") // of strings, by the script
        List<String> peers = (List<String>) BROWSER.script(
                "return [...document.querySelectorAll('#rows tbody th span')].map(peer => peer.textContent)");
        return peers;
    }
}
