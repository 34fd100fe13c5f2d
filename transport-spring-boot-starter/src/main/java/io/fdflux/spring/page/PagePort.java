package io.fdflux.spring.page;

import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.ClassUtils;

/** The port that has the page. */
enum PagePort {
    /** There is no other. */
    APPLICATION,
    /** The one of {@code management.server.port}, which the page never leaves. */
    MANAGEMENT,
    /** {@code management.server.port} is negative, so that what is for the operators is on no port. */
    NONE;

    private static final String ACTUATOR =
            "org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType";

    static PagePort of(Environment environment) {
        return ClassUtils.isPresent(ACTUATOR, PagePort.class.getClassLoader())
                ? OfActuator.of(environment)
                : APPLICATION;
    }

    /** Loaded with Actuator alone. */
    private static final class OfActuator {

        static PagePort of(Environment environment) {
            return switch (ManagementPortType.get(environment)) {
                case SAME -> APPLICATION;
                case DIFFERENT -> MANAGEMENT;
                case DISABLED -> NONE;
            };
        }
    }

    private ConditionOutcome outcome(ConditionContext context) {
        PagePort found = of(context.getEnvironment());
        return new ConditionOutcome(
                found == this,
                ConditionMessage.forCondition("port of the fdflux page").because("it is " + found));
    }

    /** Matches if the application's port has the page. */
    static final class OnApplication extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return APPLICATION.outcome(context);
        }
    }

    /** Matches if no port has the page. */
    static final class OnNone extends SpringBootCondition {
        @Override
        public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return NONE.outcome(context);
        }
    }
}
