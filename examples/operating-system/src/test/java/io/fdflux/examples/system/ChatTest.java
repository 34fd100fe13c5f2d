package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fdflux.FdLoops;
import io.fdflux.netty.Fork;
import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pty;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Tests {@link Chat} in JVMs whose standard streams are pseudo-terminals. */
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class ChatTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CTRL_D = "\u0004";
    private static final String CTRL_S = "\u0013";
    private static final String CTRL_Q = "\u0011";

    @TempDir
    Path room;

    private final FdLoops loops = FdLoops.create();

    @AfterEach
    void close() {
        loops.close();
    }

    /** A terminal with a chat on it: a keyboard and a screen. */
    private final class User implements AutoCloseable {

        private final Pty pty = Pty.open();
        private final Descriptor keepsOpen = pty.openTerminal(); // the screen would end before the chat begins
        private final StringBuffer screen = new StringBuffer();
        private final Fork chat;

        User(String name) throws IOException {
            loops.read(pty.master()).subscribe(buffer -> {
                screen.append(buffer.toString(StandardCharsets.UTF_8));
                buffer.release();
            });
            chat = Fork.onTerminal(pty.name(), Chat.class, room, name);
        }

        void types(String text) {
            loops.write(pty.master(), Mono.fromSupplier(() -> Unpooled.copiedBuffer(text, StandardCharsets.UTF_8)))
                    .block();
        }

        void sees(String text) {
            await("'" + text + "' on the screen")
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(screen).contains(text));
        }

        @Override
        public void close() throws IOException {
            chat.close();
            keepsOpen.close();
            pty.close();
        }
    }

    private void shell(String script) throws Exception {
        assertThat(new ProcessBuilder("sh", "-c", script)
                        .directory(room.toFile())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    /** Starts a chat, and waits until it has its FIFO open. */
    private User join(String name) throws Exception {
        User user = new User(name);
        await().atMost(PATIENCE).until(() -> Files.exists(room.resolve(name)));
        shell("echo welcome >" + name); // waits in open(2) for a reader
        user.sees("welcome\r\n");
        return user;
    }

    @Test
    void whatIsTypedAtOneTerminalIsSeenAtTheOthers() throws Exception {
        try (User ann = join("ann");
                User bob = join("bob");
                User eve = join("eve")) {
            ann.sees("bob is here\r\n");
            ann.sees("eve is here\r\n");
            bob.types("hello\n");
            ann.sees("bob: hello\r\n");
            eve.sees("bob: hello\r\n");
            ann.types("hi, bob\n");
            bob.sees("ann: hi, bob\r\n");
            bob.types(CTRL_D);
            ann.sees("bob has left\r\n");
            assertThat(bob.chat.exitCode()).isZero();
            assertThat(room.resolve("bob")).doesNotExist();
            assertThat(bob.screen).doesNotContain("bob: hello");
            ann.types("bye\n");
            eve.sees("ann: bye\r\n");
        }
    }

    /** The FIFO has a writer all the time, so it does not end with each shell that writes to it. */
    @Test
    void writersComeAndGo() throws Exception {
        try (User ann = join("ann")) {
            for (String word : new String[] {"one", "two", "three"}) {
                shell("echo " + word + " >ann");
                ann.sees(word + "\r\n");
            }
        }
    }

    @Test
    void aScreenThatIsHeldLosesNothing() throws Exception {
        try (User ann = join("ann");
                User bob = join("bob")) {
            ann.sees("bob is here\r\n");
            ann.types(CTRL_S);
            bob.types("are you there?\n");
            bob.types("ann?\n");
            ann.types(CTRL_Q);
            ann.sees("bob: are you there?\r\nbob: ann?\r\n");
        }
    }

    @Test
    void onlyFifosWithAReaderAreWrittenTo() throws Exception {
        shell("mkfifo left-behind; echo text >file; ln -s file link; mkdir directory");
        try (User ann = join("ann")) {
            ann.types("hello\n");
            ann.sees("(left-behind does not hear you)\r\n");
            ann.types(CTRL_D);
            assertThat(ann.chat.exitCode()).isZero();
            assertThat(room.resolve("file")).hasContent("text\n");
        }
    }

    @Test
    void termLeavesNoFifo() throws Exception {
        try (User ann = join("ann");
                User bob = join("bob")) {
            bob.types("typed\n"); // so bob has subscribed to the signals
            ann.sees("bob: typed\r\n");
            ProcessHandle.of(bob.chat.pid()).orElseThrow().destroy();
            ann.sees("bob has left\r\n");
            assertThat(bob.chat.exitCode()).isZero();
            assertThat(room.resolve("bob")).doesNotExist();
        }
    }

    @Test
    void aNameThatIsTakenIsRefused() throws Exception {
        try (User ann = join("ann");
                User other = new User("ann")) {
            other.sees("File exists");
            assertThat(other.chat.exitCode()).isEqualTo(1);
            shell("echo still here >ann");
            ann.sees("still here\r\n");
        }
    }
}
