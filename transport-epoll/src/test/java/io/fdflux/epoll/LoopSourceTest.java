package io.fdflux.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.engine.SourceRegistration;
import io.fdflux.loop.EngineEventLoop;
import io.fdflux.loop.LoopSource;
import io.fdflux.posix.Errno;
import io.fdflux.spi.ReadinessSink;
import io.fdflux.spi.SourceKind;
import io.netty.channel.IoRegistration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Tests kernel sources on one of Netty's event loops. */
@EnabledOnOs(OS.LINUX)
@Timeout(30)
class LoopSourceTest {

    private static final int WINCH = 28;

    private final List<String> called = new CopyOnWriteArrayList<>();
    private FdLoops loops;
    private EngineEventLoop loop;

    @BeforeEach
    void open() {
        loops = FdLoops.builder().poller("epoll").loops(1).build();
        loop = (EngineEventLoop) loops.group().next();
    }

    @AfterEach
    void close() {
        loops.close();
    }

    private final class Source implements LoopSource {

        private final SourceKind kind;
        private final long ident;
        private volatile IoRegistration registration;

        Source(SourceKind kind, long ident) throws Exception {
            this.kind = kind;
            this.ident = ident;
            registration = loop.register(this).sync().getNow();
        }

        void want() {
            loop.execute(() -> registration.<SourceRegistration>attachment().want());
        }

        void cancel() throws Exception {
            loop.submit(registration::cancel).sync();
        }

        @Override
        public SourceKind kind() {
            return kind;
        }

        @Override
        public long ident() {
            return ident;
        }

        @Override
        public long detail() {
            return 0;
        }

        @Override
        public void registered() {
            called.add("registered");
        }

        @Override
        public void unregistered() {
            called.add("unregistered");
        }

        @Override
        public void occurred(long count, int detail) {
            assertThat(loop.inEventLoop()).isTrue();
            called.add("occurred " + count + " " + detail);
        }

        @Override
        public void refused(int errno) {
            called.add("refused " + Errno.name(errno));
        }

        @Override
        public void close() {
            called.add("closed");
            registration.cancel();
        }
    }

    private static void kill() throws Exception {
        String command = "kill -WINCH " + ProcessHandle.current().pid();
        assertThat(new ProcessBuilder("sh", "-c", command).start().waitFor()).isZero();
    }

    private void awaitCalls(String... expected) {
        await().until(() -> called.size() >= expected.length);
        assertThat(called).containsExactly(expected);
    }

    @Test
    void aSignalIsDeliveredOnDemand() throws Exception {
        Source source = new Source(SourceKind.SIGNAL, WINCH);
        kill();
        source.want();
        awaitCalls("registered", "occurred 1 0");
        source.want();
        kill();
        awaitCalls("registered", "occurred 1 0", "occurred 1 0");
        source.cancel();
        assertThat(source.registration.isValid()).isFalse();
        awaitCalls("registered", "occurred 1 0", "occurred 1 0", "unregistered");
    }

    @Test
    void aTimerOfThePastIsDeliveredOnceForEachDemand() throws Exception {
        Source source = new Source(SourceKind.TIMER, 0);
        source.want();
        awaitCalls("registered", "occurred 1 0");
        source.want();
        awaitCalls("registered", "occurred 1 0", "occurred 1 0");
    }

    @Test
    void theExitOfAProcessIsDelivered() throws Exception {
        Process process = new ProcessBuilder("cat").start();
        Source source = new Source(SourceKind.PROCESS, process.pid());
        source.want();
        process.getOutputStream().close();
        await().until(() -> called.size() == 2);
        // The JDK waits for it too. If it is first, the status is unknown.
        assertThat(called.getLast()).isIn("occurred 1 0", "occurred 1 " + ReadinessSink.UNKNOWN_STATUS);
    }

    @Test
    void whatThePollerDoesNotOfferIsRefused() throws Exception {
        loop.submit(() -> {
                    for (SourceKind kind : SourceKind.values()) {
                        assertThat(loop.offers(kind)).as("%s", kind).isEqualTo(kind != SourceKind.FILE);
                    }
                })
                .sync();
        Source source = new Source(SourceKind.FILE, 1);
        awaitCalls("registered", "refused ENOSYS");
        source.cancel();
        awaitCalls("registered", "refused ENOSYS", "unregistered");
    }

    @Test
    void theEndOfTheLoopsClosesSources() throws Exception {
        Source source = new Source(SourceKind.SIGNAL, WINCH);
        assertThat(loop.registeredChannels()).isEqualTo(1);
        loops.close();
        assertThat(called).containsExactly("registered", "closed", "unregistered");
        assertThat(source.registration.cancel()).isFalse();
    }

    @Test
    void itTakesNoOps() throws Exception {
        Source source = new Source(SourceKind.TIMER, 0);
        assertThatThrownBy(() -> source.registration.submit(null)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> source.handle(source.registration, null))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(loop.isCompatible(Source.class)).isTrue();
    }
}
