package io.fdflux.spring;

import io.fdflux.poller.Pollers;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/**
 * Matches if fdflux can run on this platform. A configured poller name also matches. If that poller cannot run, the
 * application shall fail to start instead of silently using another transport.
 */
abstract sealed class PlatformCondition extends SpringBootCondition {

    private final boolean wanted;

    private PlatformCondition(boolean wanted) {
        this.wanted = wanted;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConditionMessage.Builder message = ConditionMessage.forCondition("fdflux platform");
        if (StringUtils.hasText(context.getEnvironment().getProperty("fdflux.poller"))) {
            return new ConditionOutcome(wanted, message.because("fdflux.poller names a poller"));
        }
        Map<String, Optional<Throwable>> availability = Pollers.availability();
        boolean supported = availability.values().stream().anyMatch(Optional::isEmpty);
        return new ConditionOutcome(
                supported == wanted, message.because(supported ? "a poller is available" : describe(availability)));
    }

    /** {@return one sentence with the reason why no poller runs here} */
    static String describe(Map<String, Optional<Throwable>> availability) {
        String causes = availability.entrySet().stream()
                .map(poller -> poller.getKey() + ": " + reason(poller.getValue()))
                .collect(Collectors.joining("; "));
        return "fdflux does not run on %s %s (%s)."
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        causes.isEmpty() ? "no poller on the class path" : causes);
    }

    private static String reason(Optional<Throwable> cause) {
        return cause.map(PlatformCondition::reason).orElse("available");
    }

    private static String reason(Throwable cause) {
        if (cause.getMessage() != null) {
            return cause.getMessage();
        }
        return cause.getCause() != null ? reason(cause.getCause()) : cause.toString();
    }

    static final class Supported extends PlatformCondition {
        Supported() {
            super(true);
        }
    }

    static final class Unsupported extends PlatformCondition {
        Unsupported() {
            super(false);
        }
    }
}
