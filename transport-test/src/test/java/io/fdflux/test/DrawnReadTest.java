package io.fdflux.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

/**
 * Plays the drawing of a read in docs/how-it-works.md: a loop makes the calls that the drawing shows, in its order, and
 * no others.
 */
class DrawnReadTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "how-it-works.md");

    @Test
    void theLoopMakesTheDrawnCalls() throws IOException {
        List<String> messages = messages();
        assertThat(messages)
                .contains("S->>L: request(2)")
                .filteredOn("L->>S: onNext"::equals)
                .hasSize(2);
        try (ScriptedKernel kernel =
                ScriptedKernel.of(fd -> fd.data("ab").wouldBlock().data("c").eof())) {
            TestSubscriber<Integer> subscriber =
                    TestSubscriber.builder().initialRequest(0).build();
            FdFlux.read(kernel.loops(), kernel.descriptor())
                    .map(DrawnReadTest::length)
                    .subscribe(subscriber);
            subscriber.request(2);
            kernel.settle();
            assertThat(subscriber.getReceivedOnNext()).hasSize(2);
            subscriber.cancel();
            kernel.settle();
            assertThat(kernel.trace()).isEqualTo(calls(messages));
        }
    }

    private static int length(ByteBuf buffer) {
        int length = buffer.readableBytes();
        buffer.release();
        return length;
    }

    private static List<String> messages() throws IOException {
        Matcher drawing =
                Pattern.compile("(?s)accTitle: A read by demand\n(.*?)```").matcher(Files.readString(DOCUMENT));
        assertThat(drawing.find()).isTrue();
        return drawing.group(1)
                .lines()
                .map(String::strip)
                .filter(line -> line.contains(">>"))
                .toList();
    }

    /** As the kernel traces them. */
    private static List<String> calls(List<String> messages) {
        List<String> calls = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            switch (messages.get(i)) {
                case "L->>K: read" -> calls.add("read 1000 = " + result(messages.get(i + 1)));
                case "L->>K: arm READ" -> calls.add("arm 1000 READ");
                default -> {}
            }
        }
        return calls;
    }

    private static String result(String answer) {
        String result = answer.replaceFirst("K-->>L: ", "");
        return result.equals("EAGAIN") ? "-11" : result.replaceFirst(" bytes?$", "");
    }
}
