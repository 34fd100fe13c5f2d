package io.fdflux.flux;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.FdFlux;
import io.fdflux.FdLoops;
import io.fdflux.FileFlux;
import io.fdflux.posix.Pipes;
import io.fdflux.test.BuffersReleased;
import io.netty.buffer.ByteBuf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.Disposables;

/** Tests that changes of files have the priority of their {@link FdLoops}, on a real kernel. */
@ExtendWith(BuffersReleased.class)
@EnabledOnOs(OS.LINUX)
@DisabledIfSystemProperty(
        named = "fdflux.poller",
        matches = "kqueue",
        disabledReason =
                "files are compared off the loop there, so what follows a report has no order with other streams")
@Timeout(60)
class FilePrioritiesTest {

    @RegisterExtension
    final Streams streams = new Streams();

    @ParameterizedTest
    @ValueSource(ints = {5, -5})
    void changesRunByTheirPriority(int priority, @TempDir Path folder) throws Exception {
        List<String> ran = new CopyOnWriteArrayList<>();
        Pipes.Pair pipe = streams.pair(Pipes.pipe());
        CountDownLatch watched = new CountDownLatch(1);
        Disposable.Composite subscriptions = Disposables.composite();
        subscriptions.add(FileFlux.changes(streams.loops.withPriority(priority), folder)
                .doOnSubscribe(subscription -> watched.countDown())
                .take(1)
                .subscribe(change -> ran.add("change")));
        subscriptions.add(FdFlux.read(streams.loops.withPriority(-priority), pipe.first())
                .doOnNext(ByteBuf::release)
                .subscribe(buffer -> ran.add("read")));
        watched.await();
        streams.settle();
        streams.whileTheLoopIsHeld(
                () -> { // so that one poll reports both
                    Files.createFile(folder.resolve("new"));
                    Streams.write(pipe.second(), "x");
                });
        streams.settle();
        assertThat(ran).isEqualTo(priority > 0 ? List.of("change", "read") : List.of("read", "change"));
        subscriptions.dispose();
        streams.settle();
    }
}
