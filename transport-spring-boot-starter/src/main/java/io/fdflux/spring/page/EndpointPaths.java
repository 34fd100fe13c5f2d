package io.fdflux.spring.page;

import java.util.Optional;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.util.ClassUtils;

/** The paths of Actuator's endpoints, which come before the page's where both match. */
final class EndpointPaths {

    private static final String ACTUATOR = "org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints";

    private EndpointPaths() {}

    /**
     * Looks for an endpoint in the way of the page.
     *
     * @param path of the page
     * @return a sentence that names its path
     */
    static Optional<String> inTheWayOf(String path, ListableBeanFactory beans) {
        return ClassUtils.isPresent(ACTUATOR, EndpointPaths.class.getClassLoader())
                ? OfActuator.inTheWayOf(path, beans)
                : Optional.empty();
    }

    /** Loaded with Actuator alone. */
    private static final class OfActuator {

        static Optional<String> inTheWayOf(String path, ListableBeanFactory beans) {
            return beans.getBeanProvider(PathMappedEndpoints.class).stream()
                    .flatMap(endpoints -> endpoints.getAllPaths().stream())
                    .filter(taken -> isBelow(path, taken) || isBelow(taken, path))
                    .findFirst()
                    .map(taken -> "an Actuator endpoint is at %s. Choose another fdflux.page.path than %s."
                            .formatted(taken, path));
        }

        private static boolean isBelow(String one, String other) {
            return (one + "/").startsWith(other + "/");
        }
    }
}
