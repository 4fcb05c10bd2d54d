"""What quantities and figures of quality are called on the page."""

QUANTITY_NAMES = {
    "initialisation_time": "Initialisation (not in the clock)",
    "time_to_predictions": "Time to predictions",
    "training_time": "Training time",
    "time_to_target": "Time to target",
    "gpu_energy": "GPU energy",
    "training_gpu_energy": "GPU energy of training",
    "gpu_energy_to_target": "GPU energy to target",
    "gpu_energy_above_idle": "GPU energy above idle",
    "idle_gpu_power": "GPU power, idle",
    "offline_gpu_energy": "GPU energy, offline, 1,000 images",
    "single_gpu_energy": "GPU energy, single stream, one image",
    "cpu_energy": "CPU energy",
    "dram_energy": "Memory energy",
    "peak_gpu_memory": "Peak GPU memory",
    "peak_host_memory": "Peak host memory",
    "cpu_time": "CPU time",
    "offline_throughput": "Offline throughput",
    "single_latency_p50": "Latency, median",
    "single_latency_p90": "Latency, 90th percentile",
    "single_latency_p99": "Latency, 99th percentile",
}
METRIC_NAMES = {
    "balanced_accuracy": "Balanced accuracy",
    "sensitivity_at_specificity": "Sensitivity at the rules' specificity",
    "brier": "Brier score",
    "calibration_intercept": "Calibration intercept (0 is right)",
    "calibration_slope": "Calibration slope (1 is right)",
}
