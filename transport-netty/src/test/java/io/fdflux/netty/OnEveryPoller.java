package io.fdflux.netty;

import io.fdflux.poller.Pollers;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests of channels, which the build runs once per poller. The system property {@code fdflux.poller} names the poller.
 * Where that poller cannot run, the tests are skipped with the reason. With {@code FDFLUX_REQUIRE_LIBKQUEUE=true} in
 * the environment they fail instead. Leaks fail a test, and the only time-out is the generous one here.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith({OnEveryPoller.Condition.class, NothingLeaks.class})
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public @interface OnEveryPoller {

    /** Checks whether the poller is available. */
    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String poller = System.getProperty(Pollers.PROPERTY, "");
            Optional<Throwable> cause = Pollers.availability().getOrDefault(poller, Optional.empty());
            if (cause.isEmpty()) {
                return ConditionEvaluationResult.enabled(
                        "on " + Pollers.select("").name());
            }
            String reason = "no " + poller + " here: " + cause.get().getMessage() + "; scripts/setup-tests may help";
            if (Boolean.parseBoolean(System.getenv("FDFLUX_REQUIRE_LIBKQUEUE"))) {
                throw new IllegalStateException("FDFLUX_REQUIRE_LIBKQUEUE is set, but " + reason, cause.get());
            }
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
