package io.fdflux.spring.page;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;

/** Says in one line where the page is, once its server has a port. */
final class PageAnnouncement implements ApplicationListener<WebServerInitializedEvent> {

    private static final Log LOG = LogFactory.getLog(FdFluxPageAutoConfiguration.class);
    private static final String MANAGEMENT = "management";

    private final PagePort place;
    private final PageRoutes routes;
    private final Environment environment;

    PageAnnouncement(PagePort place, PageRoutes routes, Environment environment) {
        this.place = place;
        this.routes = routes;
        this.environment = environment;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (!routes.isServed()) {
            return; // its reason has been logged
        }
        boolean management = MANAGEMENT.equals(event.getApplicationContext().getServerNamespace());
        int port = event.getWebServer().getPort();
        if (place == PagePort.MANAGEMENT && management) {
            LOG.info("fdflux: the page is on the management port %d, at %s"
                    .formatted(port, path("management.server.base-path")));
        } else if (place == PagePort.APPLICATION && !management) {
            LOG.warn(("fdflux: the page is on the application's port %d, at %s, and shows the addresses of all peers"
                + " to whoever reaches that port. With Actuator, management.server.port gives it a port of its own.")
                    .formatted(port, path("spring.webflux.base-path")));
        }
    }

    private String path(String prefix) {
        return environment.getProperty(prefix, "") + routes.path();
    }
}
