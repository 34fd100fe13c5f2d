package io.fdflux.leak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** At the level {@code paranoid}, which is that of all tests. */
class DescriptorLeaksTest {

    private final ListAppender<ILoggingEvent> reports = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(DescriptorLeakDetector.class);
    private final List<Integer> forgotten = new ArrayList<>();

    @BeforeEach
    void listen() {
        reports.start();
        logger.addAppender(reports);
        logger.setAdditive(false);
    }

    @AfterEach
    void closeForgotten() {
        logger.setAdditive(true);
        logger.detachAppender(reports);
        forgotten.forEach(number -> Descriptor.of(number).closeUnchecked());
    }

    @Test
    void oneThatNobodyClosesIsReportedWithThePlaceThatOpenedIt() throws IOException {
        int number = forget();
        assertThat(reported())
                .singleElement()
                .asString()
                .contains("a Descriptor was not closed", "descriptor " + number, "DescriptorLeaksTest.forget");
    }

    @Test
    void closedOnesAreNotReported() throws IOException {
        Pipes.pipe().close();
        closeWhileLeased().releaseUnchecked();
        int number = forget();
        assertThat(reported()).singleElement().asString().contains("descriptor " + number);
    }

    @Test
    void oneWhoseLeaseNobodyReleasesIsReported() throws IOException {
        int number = closeWhileLeased().number();
        forgotten.add(number);
        assertThat(reported()).singleElement().asString().contains("descriptor " + number);
    }

    @Test
    void anAdoptedNumberIsNot() throws IOException {
        try (Pipes.Pair pipe = Pipes.pipe()) {
            Descriptor.of(pipe.first().number());
            int number = forget();
            assertThat(reported()).singleElement().asString().contains("descriptor " + number);
            assertThat(pipe.first().isOpen()).isTrue();
        }
    }

    /** {@return the number of a descriptor that is open, and unreachable} */
    private int forget() throws IOException {
        Pipes.Pair pipe = Pipes.pipe();
        pipe.first().closeUnchecked();
        int number = pipe.second().number();
        forgotten.add(number);
        return number;
    }

    private static Descriptor closeWhileLeased() throws IOException {
        Pipes.Pair pipe = Pipes.pipe();
        pipe.first().closeUnchecked();
        assertThat(pipe.second().lease()).isTrue();
        pipe.second().closeUnchecked();
        return pipe.second();
    }

    /** {@return what was reported once something was} */
    private List<String> reported() {
        await().until(() -> {
            System.gc();
            Pipes.pipe().close(); // the detector reports when a descriptor is opened
            return !reports.list.isEmpty();
        });
        return reports.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
