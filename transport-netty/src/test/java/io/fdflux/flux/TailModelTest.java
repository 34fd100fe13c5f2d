package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FileFlux;
import io.fdflux.ReadOptions;
import io.fdflux.TailOptions;
import io.fdflux.netty.OpenFiles;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/**
 * Compares {@link FileFlux#tail} with its model: everything that was ever written, in order. Writes, rotations,
 * truncations and requests are random; the seed is the test's parameter.
 */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@DisabledIfSystemProperty(
        named = "fdflux.poller",
        matches = "kqueue",
        disabledReason = "libkqueue refuses inotify's descriptor, and reports no new entries of a directory")
@Timeout(120)
class TailModelTest {

    private static final int STEPS = 150;

    @RegisterExtension
    final Streams streams = new Streams();

    @TempDir
    private Path folder;

    private Path log;
    private Random random;
    private boolean polled;
    private int rotations;
    private final StringBuilder written = new StringBuilder();
    private final Follower follower = new Follower();

    /** Requests on command, and keeps what it gets. */
    private static final class Follower extends BaseSubscriber<ByteBuf> {

        private final StringBuffer read = new StringBuffer();
        private volatile boolean subscribed;
        private volatile Throwable failure;

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            subscribed = true;
        }

        @Override
        protected void hookOnNext(ByteBuf buffer) {
            read.append(buffer.toString(StandardCharsets.US_ASCII));
            buffer.release();
        }

        @Override
        protected void hookOnError(Throwable cause) {
            failure = cause;
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    @DisplayName("what is read is what was written")
    void readsWhatWasWritten(long seed) throws Exception {
        random = new Random(seed);
        log = Files.createFile(folder.resolve("log"));
        TailOptions options =
                TailOptions.defaults().reading(ReadOptions.defaults().chunkSize(1 + random.nextInt(50)));
        polled = seed % 3 == 0;
        FileFlux.tail(streams.loops, log, polled ? options.polled(Duration.ofMillis(3)) : options)
                .subscribe(follower);
        await().until(() -> follower.subscribed);
        for (int step = 0; step < STEPS; step++) {
            step();
            assertThat(follower.failure).isNull();
            assertThat(written.toString()).startsWith(follower.read.toString());
        }
        follower.requestUnbounded();
        awaitAll();
        follower.cancel();
    }

    private void awaitAll() {
        await().untilAsserted(() -> assertThat(follower.read.toString()).isEqualTo(written.toString()));
    }

    private void step() throws IOException {
        int kind = random.nextInt(100);
        if (kind < 55) {
            write(random.nextInt(80));
        } else if (kind < 90) {
            follower.request(1 + random.nextInt(5));
        } else if (kind < 97 && rotations < 12) {
            rotate();
        } else if (kind >= 98) {
            truncate();
        }
    }

    private void write(int length) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append((char) ('a' + random.nextInt(26)));
        }
        Files.writeString(log, text, StandardOpenOption.APPEND);
        written.append(text);
    }

    /** The follower may be behind by some files; if it polls, a name must last until its file is opened. */
    private void rotate() throws IOException {
        Path old = folder.resolve("log." + rotations++);
        if (random.nextBoolean() && rotations > 1) {
            Files.move(folder.resolve("log." + (rotations - 2)), folder.resolve("older." + rotations));
        }
        Files.move(log, old);
        if (random.nextBoolean()) {
            Files.writeString(old, "late", StandardOpenOption.APPEND); // by a writer that has not opened the new one
            written.append("late");
        }
        Files.createFile(log);
        if (polled) {
            awaitOpened();
        }
    }

    private void awaitOpened() {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> OpenFiles.below(log) == 1);
    }

    /**
     * Bytes that are truncated before they are requested are lost, so they are requested here. A file that is written
     * up to the old position at once would hide its truncation.
     */
    private void truncate() throws IOException {
        if (Files.size(log) < 2) {
            return;
        }
        follower.request(written.length() + 1L);
        awaitAll();
        Files.writeString(log, "", StandardOpenOption.TRUNCATE_EXISTING);
        write(1);
        awaitAll();
    }
}
