package io.fdflux.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.LoopView;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the Flight Recorder streams of real loops. */
@OnEveryPoller
class RecordedChannelsTest {

    private static final int LONG_MILLIS = 30;

    @RegisterExtension
    final Loops loops = new Loops(1);

    @Test
    void aTaskThatBlocksItsLoopIsSeenWithTheLoopsThread() throws InterruptedException {
        BlockingQueue<RecordedEvent> events = new LinkedBlockingQueue<>();
        try (RecordingStream stream = new RecordingStream()) {
            stream.setReuse(false);
            stream.enable("io.fdflux.LongTurn"); // at 20 ms
            stream.onEvent("io.fdflux.LongTurn", events::add);
            stream.startAsync();
            loops.turn();
            loops.next()
                    .submit(() -> {
                        Thread.sleep(LONG_MILLIS);
                        return null;
                    })
                    .sync();
            loops.turn();
            RecordedEvent event = events.poll(60, TimeUnit.SECONDS);
            while (event != null && event.getDuration("taskTime").toMillis() < LONG_MILLIS) {
                event = events.poll(60, TimeUnit.SECONDS); // a machine under load has others
            }
            assertThat(event).isNotNull();
            LoopView view = loops.loops().views().getFirst();
            assertThat(event.getThread().getJavaName())
                    .isEqualTo(view.thread().orElseThrow().getName());
        }
    }
}
