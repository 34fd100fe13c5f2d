package io.fdflux.examples.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdflux.netty.Fork;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each example refuses bad arguments with the exit code 2, and says how it is used. */
@Timeout(120)
class UsageTest {

    private static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(LogEvents.class, ""),
                Arguments.of(LogEvents.class, "no-such-directory/log"),
                Arguments.of(LogEvents.class, "log 65536"),
                Arguments.of(Supervise.class, ""),
                Arguments.of(Chat.class, "no-such-directory ann"),
                Arguments.of(Chat.class, ". ../ann"),
                Arguments.of(GracefulShutdown.class, "eighty"),
                Arguments.of(BuildOnChange.class, "."),
                Arguments.of(BuildOnChange.class, "no-such-directory true"));
    }

    @ParameterizedTest
    @MethodSource
    void wrong(Class<?> example, String arguments) throws Exception {
        Object[] words =
                Stream.of(arguments.split(" ")).filter(word -> !word.isEmpty()).toArray();
        try (Fork program = new Fork(example, 1024, words)) {
            assertThat(program.line()).isNull();
            assertThat(program.exitCode()).isEqualTo(2);
        }
    }
}
