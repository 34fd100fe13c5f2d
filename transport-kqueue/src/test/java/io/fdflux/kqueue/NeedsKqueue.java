package io.fdflux.kqueue;

import java.io.IOException;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Marks tests that call kevent(2). On Linux they use libkqueue through the shim in {@code src/test/native}, by the
 * system property {@code fdflux.test.libkqueue}, or {@code fdflux.posix.libraries} directly. Without kevent(2) they are
 * skipped with the reason, or fail with {@code FDFLUX_REQUIRE_LIBKQUEUE=true} in the environment.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsKqueue.Condition.class)
@interface NeedsKqueue {

    /** Checks for kqueue, once. */
    final class Condition implements ExecutionCondition {

        static final String LIBRARIES = "fdflux.posix.libraries";
        private static final Optional<String> REASON = reason();

        /** Skips a test that wakes by EVFILT_USER on a kernel without it, such as NetBSD before 10. */
        static void assume(WakerChoice choice) throws IOException {
            if (choice == WakerChoice.USER) {
                try (KqueuePoller poller = new KqueuePoller(WakerChoice.AUTO)) {
                    Assumptions.assumeTrue(poller.waker() instanceof UserEventWaker, "no EVFILT_USER here");
                }
            }
        }

        private static Optional<String> reason() {
            String shim = System.getProperty("fdflux.test.libkqueue", "");
            if (System.getProperty(LIBRARIES) == null && !shim.isEmpty() && Files.exists(Path.of(shim))) {
                System.setProperty(LIBRARIES, shim);
            }
            return new KqueuePollerProvider()
                    .unavailabilityCause()
                    .map(cause -> "no kqueue here: " + cause
                            + (shim.isEmpty() ? "" : "; scripts/fetch-libkqueue makes " + shim));
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (REASON.isPresent() && Boolean.parseBoolean(System.getenv("FDFLUX_REQUIRE_LIBKQUEUE"))) {
                throw new IllegalStateException("FDFLUX_REQUIRE_LIBKQUEUE is set, but " + REASON.get());
            }
            return REASON.map(ConditionEvaluationResult::disabled)
                    .orElseGet(() -> ConditionEvaluationResult.enabled("kqueue works"));
        }
    }
}
