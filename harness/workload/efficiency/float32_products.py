"""How a GPU multiplies float32 matrices: exactly, or with rounded factors."""

from __future__ import annotations

import torch

from harness.workload.efficiency.strategy import Strategy
from harness.workload.failure import Refused
from harness.workload.observe import Observed


class Ieee(Strategy):
    """Products of float32 numbers in float32, as `set_reference_arithmetic` has set them: the reference."""

    def verify(self, seen: Observed) -> None:
        """A product that was tried on the device must be that of float32."""
        if seen.float32_products != "float32":
            raise Refused(f"float32_matmul ieee was asked for, but products are made in {seen.float32_products}")


class Tf32(Strategy):
    """Factors of matrix products and convolutions rounded to 10 bits of mantissa, sums in float32.

    A number format of NVIDIA's tensor cores from Ampere on (NVIDIA, "A100 Tensor Core GPU Architecture", 2020); in
    torch's notes on CUDA: "TensorFloat-32 on Ampere and later devices". A CPU has none; there this changes nothing.
    """

    def prepare_process(self, device: torch.device) -> None:
        """Allow it to cuBLAS and to cuDNN, by the switches with which `set_reference_arithmetic` forbids it.

        torch has newer switches, ``fp32_precision``; it makes an error of it if a program uses both kinds.
        """
        if device.type == "cuda":
            torch.backends.cuda.matmul.allow_tf32 = True
            torch.backends.cudnn.allow_tf32 = True

    def verify(self, seen: Observed) -> None:
        """On a GPU, a product that was tried must be that of TF32; one older than Ampere has none."""
        if seen.device == "cuda" and seen.float32_products != "tf32":
            raise Refused(f"float32_matmul tf32 was asked for, but products are made in {seen.float32_products}")
