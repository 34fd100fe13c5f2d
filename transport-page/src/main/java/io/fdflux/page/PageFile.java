package io.fdflux.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A file of the page. Immutable.
 *
 * @param name        relative to the page's own address; empty for the page itself
 * @param contentType with the character set
 * @param text        its content
 */
public record PageFile(String name, String contentType, String text) {

    static List<PageFile> all() {
        return List.of(
                read("", "page.html", "text/html;charset=UTF-8"),
                read("page.css", "page.css", "text/css;charset=UTF-8"),
                read("page.js", "page.js", "text/javascript;charset=UTF-8"),
                read("draw.js", "draw.js", "text/javascript;charset=UTF-8"),
                read("icon.svg", "icon.svg", "image/svg+xml"));
    }

    private static PageFile read(String name, String resource, String contentType) {
        try (InputStream in = PageFile.class.getResourceAsStream(resource)) {
            return new PageFile(name, contentType, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the page's " + resource, e);
        }
    }
}
