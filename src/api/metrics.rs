//! What Prometheus sees.

use std::time::Duration;

use prometheus::process_collector::ProcessCollector;
use prometheus::{HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::context::Context;
use crate::error::{Error, Result};
use crate::services::{policy, search};

pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    lag: IntGauge,
    documents: IntGauge,
    connections: IntGauge,
    idle: IntGauge,
    disagreements: IntCounter,
}

impl Metrics {
    pub fn new() -> Result<Self> {
        let made = || -> prometheus::Result<Self> {
            let registry = Registry::new();
            let requests = IntCounterVec::new(
                Opts::new("platform_requests_total", "Requests by operation and HTTP status"),
                &["operation", "status"],
            )?;
            let durations = HistogramVec::new(
                HistogramOpts::new("platform_request_duration_seconds", "Time from request to answer, by operation")
                    .buckets(prometheus::exponential_buckets(0.000_5, 4.0, 9)?),
                &["operation"],
            )?;
            let lag = IntGauge::new("platform_index_lag_changes", "Changes that the search index has still to apply")?;
            let documents = IntGauge::new("platform_index_documents", "Documents in the search index")?;
            let connections = IntGauge::new("platform_database_connections", "Open database connections")?;
            let idle = IntGauge::new("platform_database_connections_idle", "Open database connections without work")?;
            let disagreements = IntCounter::new(
                "platform_policy_disagreements_total",
                "Decisions refused because the policy engines did not agree",
            )?;
            let build = Opts::new("platform_build_info", "The version that is running")
                .const_label("version", env!("CARGO_PKG_VERSION"));
            let build = IntGauge::with_opts(build)?;
            build.set(1);
            registry.register(Box::new(build))?;
            registry.register(Box::new(disagreements.clone()))?;
            registry.register(Box::new(requests.clone()))?;
            registry.register(Box::new(durations.clone()))?;
            for gauge in [&lag, &documents, &connections, &idle] {
                registry.register(Box::new(gauge.clone()))?;
            }
            registry.register(Box::new(ProcessCollector::for_self()))?;
            Ok(Self { registry, requests, durations, lag, documents, connections, idle, disagreements })
        };
        made().map_err(|e| Error::internal("cannot set up the metrics").source(e))
    }

    pub fn observe(&self, operation: &str, status: u16, took: Duration) {
        self.requests.with_label_values(&[operation, &status.to_string()]).inc();
        self.durations.with_label_values(&[operation]).observe(took.as_secs_f64());
    }

    /// All metrics, in Prometheus's text exposition format 0.0.4.
    pub async fn render(&self, cx: &Context) -> Result<String> {
        let (open, idle) = cx.db.connections();
        self.connections.set(i64::from(open));
        self.idle.set(i64::try_from(idle).unwrap_or(i64::MAX));
        self.disagreements.inc_by(policy::disagreements().saturating_sub(self.disagreements.get()));
        // A database that is away must not take the other metrics with it.
        if let Ok(stats) = search::stats(cx).await {
            self.lag.set(stats.lag);
            self.documents.set(i64::try_from(stats.indexed).unwrap_or(i64::MAX));
        }
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|e| Error::internal("cannot write the metrics").source(e))
    }
}
